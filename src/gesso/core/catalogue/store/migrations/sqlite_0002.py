"""What the step to the second revision says to SQLite, frozen as it was said then."""

from __future__ import annotations

TRIGGERS = ("works_added", "works_removed", "works_reworded", "works_moved")

BEFORE: tuple[str, ...] = (
    (
        "CREATE VIRTUAL TABLE works_fts USING fts5(title, creator, tags, prompt, "
        "content='works', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2', "
        "prefix='2 3')"
    ),
    (
        "CREATE TRIGGER works_added AFTER INSERT ON works BEGIN INSERT INTO works_fts(rowid, "
        "title, creator, tags, prompt) VALUES (new.id, new.title, new.creator, new.tags, "
        "new.prompt); INSERT INTO work_counts(origin, source, standing, count) VALUES "
        "(new.origin, new.source, new.standing, 1) ON CONFLICT(origin, source, standing) DO "
        "UPDATE SET count = count + 1; END"
    ),
    (
        "CREATE TRIGGER works_removed AFTER DELETE ON works BEGIN INSERT INTO "
        "works_fts(works_fts, rowid, title, creator, tags, prompt) VALUES ('delete', old.id, "
        "old.title, old.creator, old.tags, old.prompt); UPDATE work_counts SET count = count - "
        "1 WHERE origin = old.origin AND source = old.source AND standing = old.standing; END"
    ),
    (
        "CREATE TRIGGER works_reworded AFTER UPDATE OF title, creator, tags, prompt ON works "
        "BEGIN INSERT INTO works_fts(works_fts, rowid, title, creator, tags, prompt) VALUES "
        "('delete', old.id, old.title, old.creator, old.tags, old.prompt); INSERT INTO "
        "works_fts(rowid, title, creator, tags, prompt) VALUES (new.id, new.title, new.creator,"
        " new.tags, new.prompt); END"
    ),
    (
        "CREATE TRIGGER works_moved AFTER UPDATE OF origin, source, standing ON works BEGIN "
        "UPDATE work_counts SET count = count - 1 WHERE origin = old.origin AND source = "
        "old.source AND standing = old.standing; INSERT INTO work_counts(origin, source, "
        "standing, count) VALUES (new.origin, new.source, new.standing, 1) ON CONFLICT(origin, "
        "source, standing) DO UPDATE SET count = count + 1; END"
    ),
)
"""The words and triggers of the first revision."""

AFTER: tuple[str, ...] = (
    (
        "CREATE VIRTUAL TABLE works_fts USING fts5(title, creator, tags, prompt, text, caption,"
        " medium, kind, style, place, content='works', content_rowid='id', tokenize='porter "
        "unicode61 remove_diacritics 2', prefix='2 3')"
    ),
    ("CREATE TABLE works_arriving (first INTEGER NOT NULL)"),
    (
        "CREATE TRIGGER works_added AFTER INSERT ON works WHEN NOT EXISTS (SELECT 1 FROM "
        "works_arriving) BEGIN INSERT INTO works_fts(rowid, title, creator, tags, prompt, text,"
        " caption, medium, kind, style, place) VALUES (new.id, new.title, new.creator, "
        "new.tags, new.prompt, new.text, new.caption, new.medium, new.kind, new.style, "
        "new.place); INSERT INTO work_counts(origin, source, standing, count) VALUES "
        "(new.origin, new.source, new.standing, 1) ON CONFLICT(origin, source, standing) DO "
        "UPDATE SET count = count + 1; INSERT INTO facet_counts(facet, value, standing, count) "
        "SELECT facet, value, new.standing, 1 FROM (SELECT 'source' AS facet, new.source AS "
        "value UNION ALL SELECT 'origin' AS facet, new.origin AS value UNION ALL SELECT "
        "'licence' AS facet, new.licence AS value UNION ALL SELECT 'kind' AS facet, new.kind AS"
        " value UNION ALL SELECT 'style' AS facet, new.style AS value UNION ALL SELECT 'place' "
        "AS facet, new.place AS value UNION ALL SELECT 'decade' AS facet, CAST(new.year_from - "
        "((new.year_from % 10) + 10) % 10 AS TEXT) AS value) WHERE value <> '' ON "
        "CONFLICT(facet, value, standing) DO UPDATE SET count = count + 1; END"
    ),
    (
        "CREATE TRIGGER works_removed AFTER DELETE ON works BEGIN INSERT INTO "
        "works_fts(works_fts, rowid, title, creator, tags, prompt, text, caption, medium, kind,"
        " style, place) VALUES ('delete', old.id, old.title, old.creator, old.tags, old.prompt,"
        " old.text, old.caption, old.medium, old.kind, old.style, old.place); UPDATE "
        "work_counts SET count = count - 1 WHERE origin = old.origin AND source = old.source "
        "AND standing = old.standing; INSERT INTO facet_counts(facet, value, standing, count) "
        "SELECT facet, value, old.standing, -1 FROM (SELECT 'source' AS facet, old.source AS "
        "value UNION ALL SELECT 'origin' AS facet, old.origin AS value UNION ALL SELECT "
        "'licence' AS facet, old.licence AS value UNION ALL SELECT 'kind' AS facet, old.kind AS"
        " value UNION ALL SELECT 'style' AS facet, old.style AS value UNION ALL SELECT 'place' "
        "AS facet, old.place AS value UNION ALL SELECT 'decade' AS facet, CAST(old.year_from - "
        "((old.year_from % 10) + 10) % 10 AS TEXT) AS value) WHERE value <> '' ON "
        "CONFLICT(facet, value, standing) DO UPDATE SET count = count + -1; END"
    ),
    (
        "CREATE TRIGGER works_reworded AFTER UPDATE OF title, creator, tags, prompt, text, "
        "caption, medium, kind, style, place ON works BEGIN INSERT INTO works_fts(works_fts, "
        "rowid, title, creator, tags, prompt, text, caption, medium, kind, style, place) VALUES"
        " ('delete', old.id, old.title, old.creator, old.tags, old.prompt, old.text, "
        "old.caption, old.medium, old.kind, old.style, old.place); INSERT INTO works_fts(rowid,"
        " title, creator, tags, prompt, text, caption, medium, kind, style, place) VALUES "
        "(new.id, new.title, new.creator, new.tags, new.prompt, new.text, new.caption, "
        "new.medium, new.kind, new.style, new.place); END"
    ),
    (
        "CREATE TRIGGER works_moved AFTER UPDATE OF origin, source, standing, licence, kind, "
        "style, place, year_from ON works BEGIN UPDATE work_counts SET count = count - 1 WHERE "
        "origin = old.origin AND source = old.source AND standing = old.standing; INSERT INTO "
        "facet_counts(facet, value, standing, count) SELECT facet, value, old.standing, -1 FROM"
        " (SELECT 'source' AS facet, old.source AS value UNION ALL SELECT 'origin' AS facet, "
        "old.origin AS value UNION ALL SELECT 'licence' AS facet, old.licence AS value UNION "
        "ALL SELECT 'kind' AS facet, old.kind AS value UNION ALL SELECT 'style' AS facet, "
        "old.style AS value UNION ALL SELECT 'place' AS facet, old.place AS value UNION ALL "
        "SELECT 'decade' AS facet, CAST(old.year_from - ((old.year_from % 10) + 10) % 10 AS "
        "TEXT) AS value) WHERE value <> '' ON CONFLICT(facet, value, standing) DO UPDATE SET "
        "count = count + -1; INSERT INTO work_counts(origin, source, standing, count) VALUES "
        "(new.origin, new.source, new.standing, 1) ON CONFLICT(origin, source, standing) DO "
        "UPDATE SET count = count + 1; INSERT INTO facet_counts(facet, value, standing, count) "
        "SELECT facet, value, new.standing, 1 FROM (SELECT 'source' AS facet, new.source AS "
        "value UNION ALL SELECT 'origin' AS facet, new.origin AS value UNION ALL SELECT "
        "'licence' AS facet, new.licence AS value UNION ALL SELECT 'kind' AS facet, new.kind AS"
        " value UNION ALL SELECT 'style' AS facet, new.style AS value UNION ALL SELECT 'place' "
        "AS facet, new.place AS value UNION ALL SELECT 'decade' AS facet, CAST(new.year_from - "
        "((new.year_from % 10) + 10) % 10 AS TEXT) AS value) WHERE value <> '' ON "
        "CONFLICT(facet, value, standing) DO UPDATE SET count = count + 1; END"
    ),
)
"""The words and triggers of the second revision."""

FILL: tuple[str, ...] = (
    ("INSERT INTO works_fts(works_fts) VALUES ('rebuild')"),
    (
        "INSERT INTO facet_counts(facet, value, standing, count) SELECT 'source' AS facet, "
        "source AS value, standing, count(*) AS count FROM works WHERE source <> '' GROUP BY "
        "source, standing UNION ALL SELECT 'origin' AS facet, origin AS value, standing, "
        "count(*) AS count FROM works WHERE origin <> '' GROUP BY origin, standing UNION ALL "
        "SELECT 'licence' AS facet, licence AS value, standing, count(*) AS count FROM works "
        "WHERE licence <> '' GROUP BY licence, standing UNION ALL SELECT 'kind' AS facet, kind "
        "AS value, standing, count(*) AS count FROM works WHERE kind <> '' GROUP BY kind, "
        "standing UNION ALL SELECT 'style' AS facet, style AS value, standing, count(*) AS "
        "count FROM works WHERE style <> '' GROUP BY style, standing UNION ALL SELECT 'place' "
        "AS facet, place AS value, standing, count(*) AS count FROM works WHERE place <> '' "
        "GROUP BY place, standing UNION ALL SELECT 'decade' AS facet, CAST(year_from - "
        "((year_from % 10) + 10) % 10 AS TEXT) AS value, standing, count(*) AS count FROM works"
        " WHERE CAST(year_from - ((year_from % 10) + 10) % 10 AS TEXT) <> '' GROUP BY "
        "CAST(year_from - ((year_from % 10) + 10) % 10 AS TEXT), standing"
    ),
)
"""What they hold of the works that are there."""
