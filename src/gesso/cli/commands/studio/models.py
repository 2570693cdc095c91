"""`gesso models`: which models are known, until when, and which of them still answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import click
from rich.text import Text

from gesso.cli.commands.studio.encoders import quantise_model, verify_models
from gesso.cli.commands.studio.shelf import add_model, pull_model, shelved, show_shelf
from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import BAD, QUIET, counted, document, say, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.store.folder import holds_studio
from gesso.core.errors import GessoError, InputError, OutsideError, SettingsError
from gesso.core.llms.llm import LLMS
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.models.check import ListsModels, ModelCheck, Seen, check
from gesso.core.outside.models.models import Kind, Model, ModelBook
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions
from gesso.settings import find_folder, load
from gesso.studio import Studio, built, with_key

EXIT_MISSING = 1
_MOST_OTHERS = 40
# Somebody sits before the screen and waits.
_SOON = RetryOptions(attempts=2, wait_initial_s=0.5, wait_max_s=2.0)


@click.group()
def models() -> None:
    """Show the models that are known, ask which still exist, keep those that run here."""


models.add_command(pull_model)
models.add_command(add_model)
models.add_command(verify_models)
models.add_command(quantise_model)


@models.command("list")
@click.option("--provider", default="", metavar="NAME", help="Of this provider only.")
@click.option("--kind", type=click.Choice(["text", "image"]), help="Of this kind only.")
@shared
@pass_session
def list_models(session: Session, provider: str, kind: Literal["text", "image"] | None) -> None:
    """List the models of the book, with what prices them and when they end, and those here."""
    book = ModelBook.open()
    found = book.list(_known(book, provider), _kind(kind))
    here = shelved(load(find_folder(session.folder)).shelf)
    if session.as_json:
        told = {"dated": str(book.dated), "models": [_plain(book, model) for model in found]}
        document(told | {"here": here})
        return
    title(f"{counted(len(found), 'model')}, looked up on {book.dated}")
    table(
        ("provider", "model", "does", "", "price", "until"),
        [
            (
                model.provider,
                _quiet(model.id, book.has_ended(model)),
                {"text": "answers", "image": "paints"}.get(model.kind, "both"),
                "usual" if model.is_default else "",
                _price(model),
                _until(book, model),
            )
            for model in found
        ],
    )
    if here:
        say()
        show_shelf(here)


@models.command("check")
@click.argument("providers", metavar="[PROVIDER]...", nargs=-1)
@click.option(
    "--base-url", default="", metavar="URL", help="Another address of the one provider named."
)
@shared
@pass_session
def check_models(session: Session, providers: tuple[str, ...], base_url: str) -> int:
    """Ask providers which models they still have; costs nothing.

    Without a PROVIDER everyone is asked for whom there is a key. Ends with 1 where a provider
    no longer lists a model that the book expects.
    """
    if base_url and len(providers) != 1:
        raise click.UsageError("--base-url belongs to one provider: name it.")
    book = ModelBook.open()
    with opened(session) as studio:
        asked = providers or _with_keys(studio)
        found = [_asked(studio, book, name, base_url) for name in asked]
    if session.as_json:
        document({"dated": str(book.dated), "providers": [_plain_check(one) for one in found]})
    else:
        for one in found:
            _show(session, one)
    failed = [one.error for one in found if one.error]
    if failed:
        return failed[0].exit_code
    return EXIT_MISSING if any(one.check and one.check.missing for one in found) else 0


@dataclass(frozen=True)
class _Asked:
    """What one provider said: a check, or why there is none."""

    provider: str
    check: ModelCheck | None = None
    error: GessoError | None = None


def _asked(studio: Studio, book: ModelBook, provider: str, base_url: str) -> _Asked:
    named = studio.settings.llms.get(provider, {})
    base_url = base_url or str(named.get("base_url", ""))
    lister = _lister(studio, provider, base_url)
    try:
        listed = lister.models()
    except OutsideError as error:
        return _Asked(provider, error=error)
    found = check(book, provider, listed)
    if base_url and not any(one.is_listed for one in found.seen):
        # A server of one's own (Ollama, vLLM): the book does not say what it should have.
        found = replace(found, seen=())
    return _Asked(provider, found)


def _lister(studio: Studio, provider: str, base_url: str) -> ListsModels:
    if provider not in LLMS.names():
        raise InputError(
            f"'{provider}' cannot be asked which models it has.",
            f"These can: {', '.join(LLMS.names())}. Of the others `gesso models list` tells.",
        )
    factory = LLMS.open(provider)
    own = with_key(studio.settings, provider, studio.settings.llms.get(provider, {}), factory)
    # A server of one's own wants a model named, which its list has no use for; and the list tells
    # whether the model of the settings has ended.
    wishes = {**own, "base_url": base_url, "model": "any" if base_url else ""}
    llm = built(factory, f"llms.{provider}", wishes, _desk(studio))
    if not isinstance(llm, ListsModels):
        raise InputError(f"'{provider}' cannot be asked which models it has.")
    return llm


def _desk(studio: Studio) -> Desk:
    """The desk of the studio where there is one: to ask makes none, and no call goes unwritten."""
    exists = holds_studio(studio.folder)
    return Desk(
        studio.catalogue.calls if exists else MemoryLedger(),
        studio.catalogue.troubles if exists else MemoryTroubles(),
        Budget(None),
        Limits(),
        DeskOptions(retry=_SOON),
        stop=studio.stop,
    )


def _with_keys(studio: Studio) -> tuple[str, ...]:
    settings = studio.settings
    asked = tuple(
        name
        for name in LLMS.names()
        if getattr(settings.keys, name, None) or settings.llms.get(name, {}).get("base_url")
    )
    if not asked:
        raise SettingsError(
            "There is no key of a provider who could be asked.",
            f"Set one (see `gesso settings`), or name one of: {', '.join(LLMS.names())}.",
        )
    return asked


def _known(book: ModelBook, provider: str) -> str:
    names = list(dict.fromkeys(model.provider for model in book.list()))
    if provider and provider not in names:
        raise InputError(
            f"No model of '{provider}' is known.", f"The providers are: {', '.join(names)}."
        )
    return provider


def _kind(kind: Literal["text", "image"] | None) -> Kind:
    return kind or "both"


def _plain(book: ModelBook, model: Model) -> dict[str, Any]:
    return {
        "provider": model.provider,
        "id": model.id,
        "kind": model.kind,
        "default": model.is_default,
        "price": model.price,
        "sunset": str(model.sunset) if model.sunset else None,
        "ended": book.has_ended(model),
        "successor": book.successor(model),
        "source": model.source,
    }


def _plain_check(asked: _Asked) -> dict[str, Any]:
    if asked.error:
        told = {"kind": asked.error.kind, "message": asked.error.message}
        return {"provider": asked.provider, "error": told, "models": [], "others": []}
    seen = asked.check.seen if asked.check else ()
    return {
        "provider": asked.provider,
        "error": None,
        "models": [
            {"id": one.model.id, "state": one.state, "listed": one.is_listed, "line": one.line}
            for one in seen
        ],
        "others": list(asked.check.others) if asked.check else [],
    }


def _show(session: Session, asked: _Asked) -> None:
    if asked.error:
        title(f"{asked.provider}: could not be asked")
        say(f"  {session.hide(asked.error.message)}")
        say(f"  {asked.error.advice}")
    if asked.check:
        _show_check(asked.check)


def _show_check(found: ModelCheck) -> None:
    missing = len(found.missing)
    state = f"{counted(missing, 'model')} missing" if missing else "all there"
    title(f"{found.provider}: {state if found.seen else counted(len(found.others), 'model')}")
    if found.seen:
        table(("model", "", ""), [(one.model.id, _mark(one), one.line) for one in found.seen])
        say()
    if found.others:
        more = len(found.others) - _MOST_OTHERS
        names = ", ".join(found.others[:_MOST_OTHERS]) + (f" and {more} more" if more > 0 else "")
        say(f"  {'Not in the book: ' if found.seen else ''}{names}.")


def _mark(one: Seen) -> Text:
    return Text(one.state, style={"missing": BAD, "ended": QUIET}.get(one.state, ""))


def _quiet(words: str, is_quiet: bool) -> Text:
    return Text(words, style=QUIET if is_quiet else "")


def _price(model: Model) -> str:
    if model.price == "billed units":
        return f"${model.unit_usd:g} a {model.unit}"
    return {"genai-prices": "by tokens", "free": "free"}.get(model.price, "not known")


def _until(book: ModelBook, model: Model) -> str:
    if model.sunset is None:
        return ""
    ended = "ended " if book.has_ended(model) else ""
    successor = book.successor(model)
    return f"{ended}{model.sunset}" + (f", then {successor}" if successor else "")
