"""fal's own history: finds a job whose id was lost, and an answer that the queue forgot."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from gesso.core.errors import BadOutput, BadRequest, OutsideError, UnknownOutcome
from gesso.core.outside.client import Client
from gesso.make.painters.fal.asking import Asking, rest
from gesso.make.painters.fal.failures import cut_off, unlisted

# Its largest page; what was lost is among the newest.
_PAGE, _PAGES = 100, 20
# The clocks of two machines are hardly further apart; theirs stamps the history.
_CLOCKS = timedelta(minutes=2)


class History:
    """Reads the list of requests that fal keeps for an account (its platform API).

    Args:
        client: for the platform's address.
        asking: how patiently.
        stop: set when the owner stops.
    """

    def __init__(self, client: Client, asking: Asking, stop: threading.Event) -> None:
        self._client = client
        self._asking = asking
        self._stop = stop

    def find(
        self,
        model: str,
        arguments: Mapping[str, Any],
        sent_at: datetime,
        known: Collection[str],
    ) -> str | None:
        """Look for a job that was cut off as it was handed in, until it turns up.

        Args:
            model: to which it was handed in.
            arguments: as they were sent; what fal adds to them does not matter.
            sent_at: when, UTC.
            known: ids of other jobs.

        Returns:
            Its id; None when it is not there so long after that it never arrived.

        Raises:
            Unlisted: the history is closed to us.
            UnknownOutcome: it cannot be asked now, or the owner stopped.
        """
        patience = self._asking.patience
        wanted = {"start": _stamp(sent_at - _CLOCKS)}
        while True:
            waited_s = (datetime.now(UTC) - sent_at).total_seconds()
            for item in self._items(model, wanted):
                request_id = str(item.get("request_id") or "")
                if request_id and request_id not in known and _is_same(item, arguments):
                    return request_id
            if waited_s > patience.lost_s:
                return None
            if self._stop.is_set():
                raise cut_off("the owner stopped before fal's history could tell")
            rest(min(patience.poll_max_s, max(0.0, patience.lost_s - waited_s) + 0.01))

    def output(self, model: str, request_id: str) -> Mapping[str, Any] | None:
        """What a job answered, None where the history does not hold it."""
        try:
            for item in self._items(model, {"request_id": request_id}):
                output = item.get("json_output")
                if item.get("request_id") == request_id and isinstance(output, dict):
                    return output
        except UnknownOutcome:
            pass  # closed to us, or silent: it is not there for us
        return None

    def _items(self, model: str, wanted: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        asked = {"endpoint_id": model, "expand": "payloads", "limit": str(_PAGE), **wanted}
        for _ in range(_PAGES):
            page = self._page(f"models/requests/by-endpoint?{urlencode(asked)}")
            yield from (item for item in page.get("items") or () if isinstance(item, dict))
            if not page.get("has_more") or not page.get("next_cursor"):
                return
            asked["cursor"] = str(page["next_cursor"])

    def _page(self, path: str) -> Mapping[str, Any]:
        try:
            page = self._asking.ask(lambda: self._client.get(path), cut_off).json()
        except UnknownOutcome as error:
            if _is_closed(error.__cause__):
                raise unlisted(error.message) from error
            raise
        except (BadRequest, BadOutput) as error:
            raise unlisted(error.message) from error
        return page if isinstance(page, dict) else {}


def _is_closed(cause: BaseException | None) -> bool:
    return isinstance(cause, OutsideError) and cause.status in {401, 402, 403}


def _is_same(item: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    given, sent = item.get("json_input"), json.loads(json.dumps(dict(arguments)))
    return isinstance(given, dict) and all(
        # A picture inside the text may have become an address.
        given.get(name) == value or str(value).startswith("data:")
        for name, value in sent.items()
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
