"""The access log: written to the end, and let go of for good."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gesso.web.server.doors.guard import Passed
from gesso.web.server.watching.noting import Noting

PASSED = Passed("GET", "/", "/", "", 200, 0.001, 0, 10, "", "127.0.0.1", "", changes=False)


async def begun_and_ended(noting: Noting) -> None:
    await noting.start()
    noting.look_on(PASSED)
    await noting.stop()


def test_what_waits_is_written_before_the_file_is_let_go_of(tmp_path: Path) -> None:
    noting = Noting(tmp_path / "access.jsonl", None)

    asyncio.run(begun_and_ended(noting))

    assert len((tmp_path / "access.jsonl").read_text("utf-8").splitlines()) == 1


def test_a_thread_that_comes_late_opens_the_file_no_more(tmp_path: Path) -> None:
    noting = Noting(tmp_path / "access.jsonl", None)
    asyncio.run(begun_and_ended(noting))
    (tmp_path / "access.jsonl").unlink()

    noting.look_on(PASSED)
    noting.write()

    assert not (tmp_path / "access.jsonl").exists()
