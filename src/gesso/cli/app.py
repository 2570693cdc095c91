"""The root command: finds the others by name, and tells every error in two lines.

Imported by each call, `gesso --help` among them, so it imports little: click, the table of
commands and the errors.
"""

from __future__ import annotations

import gc
import io
import os
import re
import select
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, suppress
from datetime import UTC, datetime
from difflib import get_close_matches
from json import dumps
from typing import Any, NoReturn, TextIO

import click

from gesso._version import __version__
from gesso.cli.commands.command import COMMANDS, SECTIONS
from gesso.cli.session import Session
from gesso.core.errors import GessoError, UnknownAdapter

EXIT_OK = 0
EXIT_USAGE = 2
EXIT_BUG = 70
EXIT_INTERRUPTED = 130

_SURROGATE = re.compile("[\ud800-\udfff]")
"""What Python puts for a byte that is no text."""
_NO_CHOICE = re.compile("'(.+)' is not one of ")


class App(click.Group):
    """The group whose commands are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the table, in its order."""
        return list(COMMANDS.names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is none, for click's completion."""
        try:
            return COMMANDS.open(cmd_name)
        except UnknownAdapter:
            if ctx.resilient_parsing:
                return None
            raise

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the summaries of the table; no command is imported for it."""
        for package, heading in SECTIONS.items():
            rows = [(name, COMMANDS.entry(name)) for name in COMMANDS.names()]
            with formatter.section(heading):
                formatter.write_dl(
                    [
                        (name, entry.summary)
                        for name, entry in rows
                        if entry.module.startswith(f"{package}.")
                    ]
                )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that has left (`| head`) ends it quietly."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            if not _reader_left():
                # Some other pipe: a fault of ours, and click must not take it for the reader's.
                raise RuntimeError("a pipe broke inside gesso") from error
            return EXIT_OK
        return code

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and end the process with its exit code.

        Args:
            args: None for those of the process.
            prog_name: None for "gesso".
            complete_var: click's own.
            standalone_mode: False returns the exit code instead of ending the process.
            extra: click's own.
        """
        session = Session()
        extra.setdefault("obj", session)
        # Until a command is parsed, only its words can tell that JSON is wished for.
        words = sys.argv[1:] if args is None else args
        session.as_json = "--json" in words
        try:
            code = super().main(
                args, prog_name or "gesso", complete_var, standalone_mode=False, **extra
            )
        except SystemExit:
            # Click's own answer to a broken pipe, as in `gesso --help | head -1`.
            if not _reader_left():
                raise
            code = EXIT_OK
        except Exception as error:  # noqa: BLE001 - the last place that can tell anything
            code = _tell(_unwritable(error, words) or error, session)
        code = code if isinstance(code, int) else EXIT_OK
        if standalone_mode:
            sys.exit(code)
        return code


_HELP = """Make pictures and keep them: one catalogue in one folder, offline by default.

\b
  gesso demo
  gesso make "Nocturne & Mechanism" --works 4
"""
# A paragraph after \b is shown as it stands.


@click.command(
    "gesso", cls=App, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="gesso", message="%(prog)s %(version)s")
def app() -> None:
    """Make pictures and keep them: one catalogue in one folder, offline by default."""


_OBJECTS = 50_000
"""New objects after which garbage is looked for; after Python's 700 it takes a tenth of a start."""


def main() -> NoReturn:
    """Run the command line."""
    gc.set_threshold(_OBJECTS)
    app()
    raise AssertionError("the command line ends the process itself")


def _unwritable(error: Exception, words: Sequence[str]) -> click.UsageError | None:
    """A word of the command line that is no text, where that is what an error comes from.

    A file may bear such a name; a title, a tag or a run may not, and no catalogue keeps it.
    """
    if not isinstance(error, UnicodeEncodeError) or error.reason != "surrogates not allowed":
        return None
    odd = next((word for word in words if _SURROGATE.search(word)), None)
    return click.UsageError(f"{odd!a} is no UTF-8 text.") if odd else None


def _tell(error: Exception, session: Session) -> int:
    """Tell an error in two lines, and as JSON where that was wished; returns the exit code."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.message, err=True)
        return EXIT_USAGE
    if isinstance(error, GessoError):
        kind, message, advice, code = error.kind, error.message, error.advice, error.exit_code
    elif isinstance(error, click.Abort):
        kind, message, code = "interrupted", "Stopped.", EXIT_INTERRUPTED
        advice = "What was finished is kept; `gesso runs list` shows what can be resumed."
    elif isinstance(error, click.ClickException):
        kind, message, advice, code = "usage", _plain(error), _usage(error), EXIT_USAGE
    else:
        kind, message, code = "bug", f"A fault in gesso itself: {_name(error)}.", EXIT_BUG
        advice = _keep_traceback(error, session)
    message, advice = session.hide(message), session.hide(advice)
    with suppress(OSError):
        click.echo(f"{click.style('gesso:', bold=True)} {message}", err=True)
        if advice:
            click.echo(f"       {advice}", err=True)
        if session.as_json:
            told = {"kind": kind, "message": message, "advice": advice, "exit_code": code}
            click.echo(dumps({"error": told}, ensure_ascii=False))
    return code


def _plain(error: click.ClickException) -> str:
    told = error.format_message().replace("\n", " ").strip()
    return told if told.endswith((".", "?", "!")) else f"{told}."


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"{_guess(error)}See: {context.command_path if context else 'gesso'} --help"


def _guess(error: click.ClickException) -> str:
    """The choice that is nearest to a word that is none; "" where none is near."""
    kind = getattr(getattr(error, "param", None), "type", None)
    said = _NO_CHOICE.match(error.message)
    if said is None or not isinstance(kind, click.Choice):
        return ""
    near = get_close_matches(said[1].lower(), map(str, kind.choices), n=1)
    return f"Did you mean '{near[0]}'? " if near else ""


def _name(error: Exception) -> str:
    told = str(error).strip().replace("\n", " ")
    return f"{type(error).__name__}: {told[:200]}" if told else type(error).__name__


def _keep_traceback(error: Exception, session: Session) -> str:
    """Write the traceback into the studio's logs; where there is no studio, onto stderr."""
    held = io.StringIO()
    with redirect_stderr(held):
        sys.__excepthook__(type(error), error, error.__traceback__)
    text = session.hide(held.getvalue())
    folder = session.folder
    if folder is not None and folder.is_dir():
        name = f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.txt"
        target = folder / "logs" / name
        with suppress(OSError):
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, "utf-8")
            return f"Please report it; the traceback is in {target}."
    click.echo(text, err=True)
    return "Please report it with the traceback above."


def _reader_left() -> bool:
    """Whether nobody reads stdout or stderr any more; if so, both write into nothing from here."""
    left = any(_is_broken(stream) for stream in (sys.stdout, sys.stderr))
    if left:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                stream.flush()
    return left


def _is_broken(stream: TextIO) -> bool:
    if not hasattr(select, "poll"):  # Windows tells no more than that some pipe broke
        return True
    try:
        watched = select.poll()
        watched.register(stream.fileno(), select.POLLOUT)
        return any(told & select.POLLERR for _, told in watched.poll(0))
    except (OSError, ValueError):
        return False
