"""Folders of JSON and pictures that pipelines leave behind, ours and older: to move in with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.local.holder import (
    MEDIA_TYPES,
    WORDS_MOST,
    File,
    Listing,
    Parts,
    identifier_of,
    suffix_of,
)
from gesso.collect.sources.local.told.fields import Told, json_object_of, plain, told_by, words_of
from gesso.collect.sources.local.tree import Tree
from gesso.collect.sources.source import Wish
from gesso.core.errors import GessoError, InputError
from gesso.core.records.finds import Facts, Find

# A picture of a round, and the words about the round: iteration_2.png, iteration_2_results.json.
_NUMBERED = re.compile(
    r"(?:iteration|iter|round|attempt|step)[_-]?(\d{1,6})(?:[_-]([A-Za-z0-9_-]{1,40}))?",
    re.IGNORECASE,
)
_SUMMARY = ("summary", "final_summary", "final_results", "results", "result", "metadata")
_READ = frozenset({".json", ".yaml", ".yml"})
# Names under which pipelines keep what we look for, anywhere in their files; letters only.
_PROMPTS = ("refinedprompt", "finalprompt", "promptused", "imageprompt", "prompt")
_FIRST_PROMPTS = ("originalprompt", "initialprompt", "startprompt")
_SCORES = ("score", "overallscore", "finalscore", "totalscore", "averagescore", "rating")
_VERDICTS = ("verdict", "feedback", "critique", "reasoning", "evaluation", "comment", "notes")
_TITLES = ("title", "concept", "theme")
_MODELS = ("model", "painter", "imagemodel", "modelname", "modelid")
_SEEDS = ("seed",)
_BEST = ("bestiteration", "best", "kept", "winner", "selectediteration", "finaliteration")
_MOST_DEPTH = 6
_MOST_NODES = 5000
_MOST_PROMPT = 20_000


class ResultsSource(FolderSource):
    """Offers the pictures of a pipeline's output folder, a folder for each prompt.

        PROMPT/iteration_1.png               a round's picture
        PROMPT/iteration_1_results.json      its prompt and how it was made (or .yaml)
        PROMPT/iteration_1_evaluation.json   its score
        PROMPT/summary.json                  how it ended
        PROMPT/iteration_1/ANY.png, ANY.json the same, where each round has a folder of its own

    Every part but the picture may be missing, and fields may have other names. A find tells its
    prompt as its text, and in `extra`: prompt_id, iteration, score, model, seed, and whether it
    is the best of its prompt (`is_best`): the one that the summary names, else the best score,
    the later one of two alike.
    """

    name = "results"

    def __init__(self, options: FolderOptions, fetcher: object = None) -> None:
        super().__init__(replace(options, archives=False, sidecars=False), fetcher)

    def finds(self, wish: Wish) -> Iterator[Find]:
        """Every round's picture; see `Source`.

        Args:
            wish: `places` are folders.
        """
        if not wish.places:
            raise InputError(
                "No folder was named.", "Say which: gesso collect results PATH [PATH...]"
            )
        places = [self._root(place) for place in wish.places]
        for _, only in places:
            if only:
                raise InputError(f"'{plain(only)}' is a file.", "Name the folder that holds it.")
        return self._read([root for root, _ in places], wish)

    def _read(self, roots: Sequence[Path], wish: Wish) -> Iterator[Find]:
        left = wish.limit
        since = wish.since.timestamp() if wish.since else None
        seen: set[tuple[int, int]] = set()
        for root in roots:
            tree = self.tree(root, seen)
            for listing in _with_rounds(tree.listings()):
                for find in self._of_folder(tree, listing, since):
                    if left == 0:
                        return
                    left = None if left is None else left - 1
                    yield find

    def _of_folder(self, tree: Tree, listing: Listing, since: float | None) -> Iterator[Find]:
        pictures = [one for one in listing.files if _number(one, listing) and _is_picture(one)]
        if not pictures:
            return
        words = self._words(tree, listing)
        summary = next((words[name] for name in _SUMMARY if name in words), {})
        rounds = [_Round.read(one, _number(one, listing) or 0, words, summary) for one in pictures]
        best = _best(rounds, summary)
        for one in rounds:
            if since is None or one.file.changed_at >= since:
                yield self._found(tree, listing, one, one is best)

    def _words(self, tree: Tree, listing: Listing) -> dict[str, Mapping[str, Any]]:
        """The objects of a folder's JSON and YAML, by name without ending, in small letters."""
        found: dict[str, Mapping[str, Any]] = {}
        for file in listing.files:
            if suffix_of(file.name) not in _READ:
                continue
            read = json_object_of if suffix_of(file.name) == ".json" else _yaml_object_of
            try:
                words = read(tree.read(file.parts, WORDS_MOST))
            except (GessoError, ValueError) as error:
                why = error.message if isinstance(error, GessoError) else str(error)
                self._complaints.add(
                    f"'{identifier_of(file.parts)}' was not read: {why.rstrip('.')}."
                )
                continue
            found.setdefault(_stem(file, listing).lower(), words)
        return found

    def _found(self, tree: Tree, listing: Listing, one: _Round, is_best: bool) -> Find:
        prompt_id = identifier_of(listing.folder) if listing.folder else tree.root.name
        told = one.told
        extra = {
            **told.facts.extra,
            "prompt_id": plain(prompt_id),
            "iteration": one.number,
            "is_best": is_best,
        }
        return Find(
            source=self.source_of(tree.root),
            identifier=identifier_of(one.file.parts),
            url=tree.root.joinpath(*one.file.parts).as_uri(),
            page=told.page,
            facts=replace(told.facts, extra=extra),
            rights=told.rights,
            revision=one.file.revision,
            media_type=MEDIA_TYPES[suffix_of(one.file.name)],
            size_bytes=one.file.size_bytes,
        )


@dataclass(frozen=True)
class _Round:
    """A picture with what its folder says of it."""

    file: File
    number: int
    score: float | None
    told: Told

    @classmethod
    def read(
        cls,
        file: File,
        number: int,
        words: Mapping[str, Mapping[str, Any]],
        summary: Mapping[str, Any],
    ) -> _Round:
        own = [
            one
            for name, one in words.items()
            if (found := _NUMBERED.fullmatch(name)) and int(found[1]) == number
        ]
        noted = [*_better_takes(own), *own, *_of_summary(summary, number)]
        prompt = _text(noted, _PROMPTS) or _text([summary], _PROMPTS)
        score = next((one for found in _values(noted, _SCORES) if (one := _as_number(found))), None)
        told = told_by({name: value for one in reversed(own) for name, value in one.items()})
        facts = {
            "prompt": prompt,
            "first_prompt": _text([*noted, summary], _FIRST_PROMPTS),
            "verdict": _text(noted, _VERDICTS),
            "model": _text(noted, _MODELS),
            "seed": _text(noted, _SEEDS),
            "score": score,
        }
        extra = {name: value for name, value in facts.items() if value not in ("", None)}
        return cls(
            file,
            number,
            score,
            Told(
                Facts(
                    title=_text([*noted, summary], _TITLES)[:500],
                    text=prompt,
                    date=told.facts.date,
                    tags=told.facts.tags,
                    extra=extra,
                ),
                told.rights,
                told.page,
            ),
        )


def _better_takes(own: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of rounds that painted several pictures, what is told of the one whose file this is."""
    takes = [take for one in own for take in _listed(one.get("takes"))]
    slot = next((take.get("slot") for take in takes if take.get("better") is True), None)
    return [take for take in takes if slot is not None and take.get("slot") == slot]


def _listed(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _best(rounds: list[_Round], summary: Mapping[str, Any]) -> _Round | None:
    """The round that the summary names, else the one of the best score, else none."""
    named = next(_values([summary], _BEST), None)
    if isinstance(named, Mapping):
        named = next(_values([named], ("iteration", "round", "number", "index")), None)
    number = _as_number(named)
    if number is not None:
        return next((one for one in rounds if one.number == number), None)
    scored = [one for one in rounds if one.score is not None]
    return max(scored, key=lambda one: (one.score or 0.0, one.number), default=None)


def _of_summary(summary: Mapping[str, Any], number: int) -> list[Mapping[str, Any]]:
    """What a summary lists of one round: a list of objects that tell their number, or by place."""
    for name in ("iterations", "rounds", "history", "attempts", "steps"):
        rows = _listed(summary.get(name))
        told = [
            one
            for one in rows
            if any(_as_number(one.get(key)) == number for key in ("iteration", "round", "number"))
        ]
        if rows:
            return told or rows[number - 1 : number]
    return []


def _with_rounds(listings: Iterable[Listing]) -> Iterator[Listing]:
    """Each prompt's folder, with the files of the rounds that have folders of their own in it."""
    prompt: Listing | None = None
    for listing in listings:
        if prompt is not None and _is_round_of(listing.folder, prompt.folder):
            prompt = Listing(prompt.folder, prompt.files + listing.files)
            continue
        if prompt is not None:
            yield prompt
        prompt = listing
    if prompt is not None:
        yield prompt


def _is_round_of(folder: Parts, prompt: Parts) -> bool:
    depth = len(prompt)
    is_inside = len(folder) > depth and folder[:depth] == prompt
    return is_inside and _NUMBERED.fullmatch(folder[depth]) is not None


def _stem(file: File, listing: Listing) -> str:
    """A file's name without its ending; one of a round's own folder as if it lay beside that."""
    stem = file.name.rpartition(".")[0]
    depth = len(listing.folder)
    if len(file.parts) == depth + 1:
        return stem
    return f"{file.parts[depth]}_{re.sub('[^A-Za-z0-9]', '-', stem)[:20]}"


def _number(file: File, listing: Listing) -> int | None:
    found = _NUMBERED.fullmatch(_stem(file, listing))
    return int(found[1]) if found else None


def _is_picture(file: File) -> bool:
    return suffix_of(file.name) in MEDIA_TYPES and file.size_bytes > 0


def _text(objects: list[Mapping[str, Any]], names: tuple[str, ...]) -> str:
    found = (words_of(value, _MOST_PROMPT) for value in _values(objects, names))
    return next(filter(None, found), "")


def _values(objects: list[Any], names: tuple[str, ...]) -> Iterator[Any]:
    """Values by these names, the first name first, the shallowest first."""
    named: dict[str, list[Any]] = {name: [] for name in names}
    level, seen = list(objects), 0
    for _ in range(_MOST_DEPTH):
        below: list[Any] = []
        for one in level:
            pairs = one.items() if isinstance(one, Mapping) else enumerate(one)
            for key, value in pairs:
                seen += 1
                simple = "".join(filter(str.isalpha, str(key)[:80].lower()))
                if simple in named:
                    named[simple].append(value)
                if isinstance(value, Mapping | list):
                    below.append(value)
        if not below or seen > _MOST_NODES:
            break
        level = below
    for name in names:
        yield from named[name]


def _as_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = re.match(r"\s*(-?\d{1,9}(?:\.\d{1,9})?)", str(value)[:40])
    return float(found[1]) if found else None


def _yaml_object_of(data: bytes) -> dict[str, Any]:
    """Read YAML without aliases, which may grow a kilobyte into gigabytes.

    Raises:
        ValueError: it is none, or has aliases.
    """
    load: Callable[..., Any] = yaml.load
    try:
        found = load(data, Loader=_NoAliases)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ValueError((str(error) or type(error).__name__).splitlines()[0]) from error
    if not isinstance(found, dict):
        raise ValueError("it holds no object")  # noqa: TRY004 - of what a stranger wrote
    return {str(key): value for key, value in found.items()}


class _NoAliases(yaml.SafeLoader):
    """Safe YAML that says no to aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node that is not an alias."""
        if self.check_event(yaml.AliasEvent):
            raise ValueError("it has aliases, which are not read here")
        return super().compose_node(parent, index)
