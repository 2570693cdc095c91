"""How many cores there are to use: the machine's, the affinity's, the container's."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gesso.core.runner import limits
from gesso.core.runner.limits import usable_cores

Told = Callable[[str, str], None]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """A machine of sixteen cores on which this process is in the group `inner` of `outer`."""
    (tmp_path / "cgroup").write_text("1:cpu:/old\n0::/outer/inner\n", "utf-8")
    (tmp_path / "groups/outer/inner").mkdir(parents=True)
    monkeypatch.setattr(limits, "_OWN_GROUP", tmp_path / "cgroup")
    monkeypatch.setattr(limits, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)

    def tell(group: str, most: str) -> None:
        (tmp_path / "groups" / group / "cpu.max").write_text(f"{most}\n", "utf-8")

    return tell


def test_without_a_share_all_cores_of_the_affinity_are_ours(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("outer/inner", "max 100000")
    assert usable_cores() == 16

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    assert usable_cores() == 2


@pytest.mark.parametrize(("most", "cores"), [("400000 100000", 4), ("150000 100000", 2)])
def test_a_containers_share_counts(told: Told, most: str, cores: int) -> None:
    told("outer/inner", most)

    assert usable_cores() == cores


def test_the_least_share_of_all_groups_around_counts(told: Told) -> None:
    told("outer/inner", "800000 100000")
    told("outer", "300000 100000")

    assert usable_cores() == 3


@pytest.mark.parametrize("most", ["5000 100000", "", "nonsense", "10 0"])
def test_a_tiny_share_is_one_core_and_nonsense_is_none(told: Told, most: str) -> None:
    told("outer/inner", most)

    assert usable_cores() == (1 if most.startswith("5000") else 16)


def test_a_machine_that_tells_nothing_has_the_cores_that_it_has(told: Told, tmp_path: Path) -> None:
    assert usable_cores() == 16
    (tmp_path / "cgroup").unlink()
    assert usable_cores() == 16
