"""What a host gave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gesso.core.errors import BadOutput


@dataclass(frozen=True)
class Fetched:
    """What a host gave.

    Attributes:
        data: the whole body, unpacked.
        media_type: as the host says, small letters without parameters; never trusted.
        validator: its ETag, else its Last-Modified, else "".
        url: where it was in the end, after redirects.
        headers: names in small letters.
    """

    data: bytes
    media_type: str
    validator: str
    url: str
    headers: Mapping[str, str]

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            BadOutput: it is none.
        """
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError) as error:  # also bytes that are no text
            where = self.url.partition("?")[0][:200]
            raise BadOutput(f"{where} did not answer with JSON.") from error
