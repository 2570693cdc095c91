"""The tables that leave, in the order in which they leave."""

from __future__ import annotations

from gesso.collect.export.tables.column import Column, Table, many, maybe, needed, records


def _table(name: str, kind: str, note: str, *columns: Column) -> Table:
    marks = (
        needed("uid", "string", "names the row for ever"),
        needed("updated_seq", "integer", "grows with every change of the catalogue"),
    )
    return Table(name, kind, (*marks, *columns), note)


WORKS = _table(
    "works",
    "work",
    "One picture, or the record of one, with everything that is said of it.",
    needed("id", "integer", "the catalogue's number"),
    needed("title", "string"),
    needed("creator", "string", "the artist, or the painter of a made one"),
    needed("origin", "string", "made, collected or brought"),
    needed("source", "string", "the painter, the source or the file"),
    needed("identifier", "string", "what the origin calls it"),
    needed("run", "string", "the run that made it, empty for none"),
    needed("source_type", "string", "IPTC digital source type, empty for unknown"),
    needed("licence", "string", "SPDX id or URI, empty for unknown"),
    needed("credit", "string"),
    needed("rights_url", "string"),
    needed("standing", "string", "kept, or take"),
    needed("favourite", "boolean"),
    needed("added_at", "timestamp"),
    needed("width", "integer", "pixels"),
    needed("height", "integer", "pixels"),
    needed("media_type", "string"),
    needed("size_bytes", "integer"),
    maybe("blob", "string", "key of the original; null where only a link or a record is kept"),
    maybe("thumb_512", "string", "key of the thumbnail"),
    maybe("thumb_256", "string", "key of the thumbnail"),
    maybe("data_sha256", "string"),
    maybe("pixels_sha256", "string"),
    maybe("dhash", "string", "16 hex digits"),
    maybe("phash", "string", "16 hex digits"),
    maybe("thumbhash", "string", "base64"),
    records(
        "swatches",
        needed("lightness", "number", "OKLab L, 0 to 1"),
        needed("a", "number"),
        needed("b", "number"),
        needed("share", "number", "of the area, 0 to 1"),
        note="largest share first",
    ),
    many("tags", "string"),
    maybe("seed", "integer"),
    maybe("prompt", "string"),
    maybe("recipe", "json", "how it was made"),
    needed("date_text", "string", "as the source writes it"),
    maybe("year_from", "integer"),
    maybe("year_to", "integer"),
    needed("medium", "string"),
    needed("kind", "string", "the source's classification"),
    needed("style", "string"),
    needed("place", "string", "school, culture or nationality"),
    needed("page_url", "string", "where a person can look at it"),
    needed("text", "string", "a description"),
    needed("caption", "string", "the words that are searched with it"),
    maybe("extra", "json", "whatever else the source says"),
    records(
        "captions",
        needed("title", "string"),
        needed("text", "string"),
        many("tags", "string"),
        needed("maker", "string", "a person, an llm or measurements"),
        needed("version", "string"),
        needed("created_at", "timestamp"),
    ),
    records(
        "labels",
        needed("label_set", "string"),
        needed("label", "string"),
        needed("label_source", "string", "zero-shot, trained or person"),
        needed("score", "number"),
        needed("decision", "string"),
        needed("created_at", "timestamp"),
    ),
    records(
        "scores",
        needed("scorer", "string"),
        needed("name", "string"),
        needed("value", "number", "0 to 1"),
        needed("created_at", "timestamp"),
    ),
    maybe("duplicate_group", "integer"),
    maybe("duplicate_role", "string", "keep, or what it is beside the kept one"),
    maybe("duplicate_method", "string"),
    maybe("duplicate_score", "number"),
)

RUNS = _table(
    "runs",
    "run",
    "One order of work.",
    needed("id", "string"),
    needed("theme", "string"),
    needed("state", "string"),
    needed("reason", "string"),
    needed("options", "json"),
    needed("created_at", "timestamp"),
    needed("updated_at", "timestamp"),
)

PROMPTS = _table(
    "prompts",
    "prompt",
    "One item of a run, with the concept and the prompt that it starts from.",
    needed("run", "string"),
    needed("item", "string"),
    needed("position", "integer"),
    needed("state", "string"),
    needed("theme", "string"),
    maybe("concept", "json"),
    maybe("prompt", "json"),
    maybe("kept", "integer", "the work that was kept"),
    needed("reason", "string"),
    needed("settings", "json"),
    needed("updated_at", "timestamp"),
)

ROUNDS = _table(
    "rounds",
    "iteration",
    "One round of an item: the prompt as it was sent, and which of the pair won.",
    needed("run", "string"),
    needed("item", "string"),
    needed("number", "integer"),
    needed("prompt", "json"),
    maybe("comparison", "json"),
    maybe("refined_from", "integer", "the round whose prompt was refined"),
    maybe("refiner", "string"),
    maybe("reasoning", "string"),
    needed("started_at", "timestamp"),
    maybe("ended_at", "timestamp"),
)

EVALUATIONS = _table(
    "evaluations",
    "evaluation",
    "One picture of a round, held against its prompt.",
    needed("run", "string"),
    needed("item", "string"),
    needed("number", "integer"),
    needed("slot", "integer"),
    needed("work", "integer"),
    needed("seed", "integer"),
    needed("score", "number"),
    needed("error", "number"),
    needed("critic", "string"),
    needed("evaluation", "json"),
    needed("created_at", "timestamp"),
)

CALLS = _table(
    "calls",
    "call",
    "One request that left the machine, and what it cost.",
    needed("id", "integer"),
    needed("run", "string"),
    needed("item", "string"),
    needed("provider", "string"),
    needed("operation", "string"),
    needed("model", "string"),
    needed("attempt", "integer"),
    needed("state", "string"),
    maybe("status", "integer"),
    needed("reserved_usd", "number"),
    maybe("cost_usd", "number"),
    needed("price_source", "string"),
    maybe("input_units", "number"),
    maybe("output_units", "number"),
    needed("waited_s", "number"),
    needed("started_at", "timestamp"),
    maybe("ended_at", "timestamp"),
    needed("error", "string"),
)

DELETIONS = _table(
    "deletions",
    "",
    "A row that is there no more: whoever holds it takes it out.",
    needed("table", "string"),
)

TABLES: tuple[Table, ...] = (WORKS, RUNS, PROMPTS, ROUNDS, EVALUATIONS, CALLS)
"""Those that hold something; `DELETIONS` goes with them."""
