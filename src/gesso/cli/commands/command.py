"""Which commands there are; a command's module is imported when it runs."""

from __future__ import annotations

import click

from gesso.core.registry import Entry, Registry

_MAKE = "gesso.cli.commands.make"
_COLLECT = "gesso.cli.commands.collect"
_PUBLISH = "gesso.cli.commands.publish"
_STUDY = "gesso.cli.commands.study"
_SEARCH = "gesso.cli.commands.search"
_STUDIO = "gesso.cli.commands.studio"
_AWAY = "gesso.cli.commands.away"

SECTIONS = {
    _MAKE: "Make pictures",
    _COLLECT: "Bring pictures in",
    _STUDY: "Study pictures",
    _SEARCH: "Find them again",
    _PUBLISH: "Give pictures away, and look at others'",
    _STUDIO: "Look after the studio",
    _AWAY: "Keep it safe, and ask it questions",
}
"""Headings of the help text, by the package that a command lives in."""

COMMANDS: Registry[click.Command] = Registry(
    "command",
    "commands",
    {
        "make": Entry(f"{_MAKE}.make", "make", summary="Make pictures on a theme, or of a file."),
        "demo": Entry(f"{_MAKE}.demo", "demo", summary="Paint a small exhibition, offline."),
        "paint": Entry(f"{_MAKE}.paint", "paint", summary="Paint one picture of a text."),
        "evaluate": Entry(f"{_MAKE}.evaluate", "evaluate", summary="Hold a picture to a prompt."),
        "refine": Entry(f"{_MAKE}.refine", "refine", summary="Write a better prompt."),
        "replay": Entry(f"{_MAKE}.replay", "replay", summary="Paint a picture again, compare."),
        "painters": Entry(f"{_MAKE}.painters", "painters", summary="Show who can paint."),
        "collect": Entry(
            f"{_COLLECT}.collect", "collect", summary="Bring in a folder, a museum, a site."
        ),
        "caption": Entry(
            f"{_COLLECT}.caption", "caption", summary="Give works titles, captions, tags, scores."
        ),
        "duplicates": Entry(
            f"{_COLLECT}.duplicates", "duplicates", summary="Find works that show one picture."
        ),
        "curate": Entry(
            f"{_COLLECT}.curate", "curate", summary="Sort works by your labels, or by words."
        ),
        "study": Entry(f"{_STUDY}.study", "study", summary="See values, shapes, two tips."),
        "search": Entry(f"{_SEARCH}.search", "search", summary="Find by words, pictures, colours."),
        "encode": Entry(
            f"{_SEARCH}.encode", "encode", summary="Make works findable by their looks."
        ),
        "music": Entry(f"{_SEARCH}.music", "music", summary="Keep sounds, match them, say why."),
        "index": Entry(f"{_SEARCH}.index", "index", summary="Build, verify, roll back an index."),
        "evaluate-search": Entry(
            f"{_SEARCH}.evaluate", "evaluate_search", summary="Measure searches on judged queries."
        ),
        "export": Entry(f"{_PUBLISH}.export", "export", summary="Copy kept works out, or tables."),
        "sets": Entry(
            f"{_PUBLISH}.sets", "sets", summary="Keep works together under a name, in an order."
        ),
        "story": Entry(
            f"{_PUBLISH}.story", "story", summary="Turn works into a film, with music and credits."
        ),
        "provenance": Entry(
            f"{_PUBLISH}.provenance", "provenance", summary="Say how a picture was made, and why."
        ),
        "runs": Entry(f"{_STUDIO}.runs", "runs", summary="List, show, resume or cancel runs."),
        "spend": Entry(f"{_STUDIO}.spend", "spend", summary="Show what was spent, and on what."),
        "check": Entry(f"{_STUDIO}.check", "check", summary="Verify that everything is whole."),
        "errors": Entry(f"{_STUDIO}.errors", "errors", summary="Show what went wrong."),
        "models": Entry(f"{_STUDIO}.models", "models", summary="List models, ask which exist."),
        "settings": Entry(f"{_STUDIO}.settings", "settings", summary="Show what is in force."),
        "serve": Entry(f"{_STUDIO}.serve", "serve", summary="Open the gallery to a browser."),
        "mcp": Entry(f"{_AWAY}.mcp", "mcp", summary="Let an agent look into the studio."),
        "tokens": Entry(f"{_AWAY}.tokens", "tokens", summary="Say who may ask over the web."),
        "backup": Entry(f"{_AWAY}.backup", "backup", summary="Back the studio up, verified."),
        "restore": Entry(f"{_AWAY}.backup", "restore", summary="Make a studio of a backup."),
        "sync": Entry(f"{_AWAY}.sync", "sync", summary="Keep pictures in step with a bucket."),
        "query": Entry(f"{_AWAY}.query", "query", summary="Ask the catalogue in SQL."),
    },
)
