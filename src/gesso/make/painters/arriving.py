"""What comes to a painter from outside: its key, a price, a picture in one of many wrappings."""

from __future__ import annotations

import base64
import binascii
import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import SecretStr

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    PictureError,
    QuotaSpent,
    RateLimited,
    Transient,
    UnknownOutcome,
)
from gesso.core.outside.client import Client
from gesso.core.outside.models.models import Model
from gesso.core.outside.models.prices import Quote, estimate, is_local
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.make.painters.painter import Order

# What is set aside for the words of a picture, where they are no longer; and for the picture that
# a painter goes on from (1,120 to 1,600 tokens at Gemini and OpenAI).
_USUAL_TOKENS = 1000
_REFERENCE_TOKENS = 1600
# A model whose price nobody knows is taken for a dear one until its bill is there.
_UNKNOWN_USD = 0.10
# Between tries to fetch a file that is paid for.
_FETCH_RESTS_S = (0.2, 1.0)


def key_text(key: SecretStr | str) -> str:
    """A key as it is sent."""
    return key.get_secret_value() if isinstance(key, SecretStr) else key


def no_key(provider: str, variable: str) -> AuthError:
    """What to raise before anything is asked without a key."""
    return AuthError(
        f"There is no key for '{provider}'.",
        f"Put it into the environment, .env.local or keys.toml: {variable}=...",
        provider=provider,
    )


def quoted(
    model: Model,
    order: Order,
    size: str = "",
    sides: tuple[int, int] | None = None,
    base_url: str = "",
) -> Quote:
    """What a picture may cost at most; where nobody knows, a dear guess is set aside.

    Args:
        model: who will be asked for it.
        order: what is asked; its words and its reference are billed, too.
        size: as the model calls it.
        sides: pixels of what the model will paint, None for those of the order.
        base_url: as for `estimate`.
    """
    width, height = sides or (order.width, order.height)
    found = estimate(
        model.provider,
        model.id,
        "image",
        size,
        megapixels=width * height / 1e6,
        input_tokens=_tokens_of(order),
        base_url=base_url,
    )
    reserved_usd = _UNKNOWN_USD if found.usd is None else found.usd
    return Quote(model.provider, model.id, found, reserved_usd)


def _tokens_of(order: Order) -> int:
    """About how many tokens an order is, rather too many than too few.

    A token is about four letters of English, and a sign or less of scripts that take three bytes.
    """
    words = len(words_of(order).encode()) // 3 + 1
    return max(_USUAL_TOKENS, words) + (_REFERENCE_TOKENS if order.reference is not None else 0)


def picture_in(data: bytes, provider: str) -> Picture:
    """Decode a picture that a provider sent.

    Raises:
        BadOutput: there are no bytes, or they are no picture that we accept.
    """
    try:
        return decode(data).picture
    except PictureError as error:
        raise BadOutput(
            f"'{provider}' sent no picture that can be used: {error.message}",
            provider=provider,
            status=200,
        ) from error


def bytes_in(text: object, provider: str) -> bytes:
    """Read base64, as JSON carries bytes; white space is passed over.

    Raises:
        BadOutput: it is no base64.
    """
    try:
        return base64.b64decode("".join(str(text).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadOutput(
            f"'{provider}' sent a picture that is no base64.", provider=provider, status=200
        ) from error


def picture_at(url: str, provider: str, base_url: str, get: Callable[[str], bytes]) -> Picture:
    """Fetch and decode the picture that a provider points to.

    Args:
        url: a data URI, or an address of the web.
        provider: who says so.
        base_url: the provider's own address.
        get: fetches an address.

    Raises:
        BadOutput: another scheme, a machine of the private network (unless the provider itself
            stands there), or no picture.
        OutsideError: from `get`.
    """
    if url.startswith("data:"):
        head, _, text = url.partition(",")
        if not head.endswith(";base64"):
            raise _unusable(provider, "a data URI without base64")
        return picture_in(bytes_in(text, provider), provider)
    _check_address(provider, url, base_url)
    return picture_in(get(url), provider)


def fetched(client: Client, address: str) -> bytes:
    """Fetch the file that a paid answer points to, in a few tries.

    Raises:
        BadOutput: it is not there.
        UnknownOutcome: it cannot be reached now.
    """
    for rest_s in (*_FETCH_RESTS_S, None):
        try:
            return client.get(address).content
        except (RateLimited, Transient) as error:
            if rest_s is None:
                raise UnknownOutcome(
                    f"'{client.provider}' painted, and its picture cannot be fetched: "
                    f"{error.message}",
                    "It is paid for, so it is not ordered again unless you resume the run.",
                    provider=client.provider,
                ) from error
            time.sleep(rest_s)
        except (AuthError, BadRequest, QuotaSpent) as error:
            raise BadOutput(
                f"The picture that '{client.provider}' points to is not there: {error.message}",
                provider=client.provider,
                status=error.status,
            ) from error
    raise AssertionError("the last try returns or raises")


def words_of(order: Order) -> str:
    """The words of an order for a model that takes nothing but words."""
    return f"{order.text}\n\nDo not show: {order.avoid}" if order.avoid else order.text


def data_uri(picture: Picture) -> str:
    """A picture as a PNG inside a text, for providers that take one."""
    return f"data:image/png;base64,{base64.b64encode(encode(picture)).decode()}"


def _check_address(provider: str, url: str, base_url: str) -> None:
    """Refuse to look behind the owner's own door on behalf of a stranger.

    The name is looked up here and once more by the connection; a name that changes in between
    could still slip through, so this guards against mistakes and not against the provider.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _unusable(provider, f"an address that is not one of the web: {url[:40]!r}")
    if is_local(base_url):
        return
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(parts.hostname, None)}
    except OSError:
        return  # the connection will say it better
    if any(not ip_address(address.partition("%")[0]).is_global for address in found):
        raise _unusable(provider, f"an address inside a private network: {parts.hostname!r}")


def _unusable(provider: str, what: str) -> BadOutput:
    return BadOutput(
        f"'{provider}' points to its picture by {what}.",
        "It was not fetched.",
        provider=provider,
        status=200,
    )
