"""Fifty tabs on one run: each is told everything, and nobody else waits for them."""

from __future__ import annotations

import asyncio

import httpx2

from .conftest import ordered

TABS = 50


def test_fifty_tabs_listen_to_a_run_and_the_server_answers_others_meanwhile(
    site: httpx2.Client,
) -> None:
    told = ordered(site, works=60)
    run, address = told["run"]["id"], f"/api/jobs/{told['job']['id']}/events"

    ends = asyncio.run(_opened(str(site.base_url), address, run))

    assert len(ends) == TABS
    assert all('"kind": "ended"' in end or '"kind":"ended"' in end for end in ends)
    assert site.get(f"/api/runs/{run}").json()["job"]["state"] in ("cancelled", "done")


async def _opened(base: str, address: str, run: str) -> list[str]:
    """The last line that each tab was told; the run is stopped once all of them listen."""
    listening = asyncio.Semaphore(0)
    most = httpx2.Limits(max_connections=TABS + 4)
    async with httpx2.AsyncClient(base_url=base, timeout=60, limits=most) as client:

        async def tab() -> str:
            last = ""
            async with client.stream("GET", address) as answer:
                assert answer.status_code == 200
                assert answer.headers["content-type"].startswith("text/event-stream")
                listening.release()
                async for line in answer.aiter_lines():
                    last = line if line.startswith("data:") else last
            return last

        tabs = [asyncio.create_task(tab()) for _ in range(TABS)]
        for _ in tabs:
            await asyncio.wait_for(listening.acquire(), 60)
        for path in ("/", "/api/works", "/runs", f"/runs/{run}", "/health/ready"):
            assert (await client.get(path)).status_code == 200, path
        assert not any(one.done() for one in tabs), "all of them listen still"
        assert (await client.post(f"/api/runs/{run}/stop")).status_code == 202
        return list(await asyncio.wait_for(asyncio.gather(*tabs), 120))
