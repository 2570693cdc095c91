"""Collecting by each engine: who dies or hangs, fails alone."""

from __future__ import annotations

import threading

import pytest
from tests.stubs.deadly import develop_or_fall

from gesso.collect.acquisition.collector import Collector
from gesso.collect.acquisition.developing import Developing
from gesso.collect.acquisition.options import CollectOptions
from gesso.collect.sources.source import Wish
from gesso.core.catalogue.catalogue import utc_now
from gesso.core.catalogue.check import check
from gesso.core.errors import MissingExtra, PictureError, SettingsError, UnknownAdapter
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.runner.engine import ENGINES, EngineOptions
from gesso.core.runner.serial import SerialEngine
from gesso.settings.settings import Settings
from gesso.studio.parts.engines import engine_of

from .conftest import picture

PATIENCE_S = 15
"""A worker begins with imports, which take seconds on a busy machine."""


@pytest.mark.parametrize("ground", ["file"], indirect=True)
@pytest.mark.parametrize("name", ["process", "ray"])
def test_a_picture_whose_worker_dies_or_hangs_fails_alone(catalogue, shelf, tmp_path, name):
    for number in range(8):
        shelf.put(number)
    try:
        engine = ENGINES.open(name)(EngineOptions(workers=2, timeout_s=PATIENCE_S))
    except MissingExtra as error:
        pytest.skip(str(error))
    with engine:
        report = Collector(
            catalogue,
            lambda _name: shelf,
            Developing(engine, DecodeLimits(), develop_or_fall),
            CollectOptions(tries=1, streams=4),
            stop=threading.Event(),
            now=utc_now,
        ).collect("shelf", Wish())

    run = report.acquisition
    assert (run.counts["stored"], run.counts["failed"]) == (6, 2)
    fallen = {row.find.identifier: row.reason for row in catalogue.finds.list(run.id, ("failed",))}
    assert set(fallen) == {"3", "5"}
    if name == "process":
        assert "died (exit code 17)" in fallen["3"]
        assert f"took longer than {PATIENCE_S} s" in fallen["5"]
    assert check(catalogue, read_data=True).is_clean


def wished(**sections):
    """Settings of a few wishes, as a file would have them."""
    return Settings.model_validate(sections)


@pytest.mark.parametrize("name", ENGINES.names())
def test_every_engine_develops_alike_and_passes_refusals_on(name):
    settings = wished(collect={"engine": name, "engines": {name: {"workers": 2}}})
    try:
        engine = engine_of(settings)
    except MissingExtra as error:
        pytest.skip(str(error))
    with engine:
        developing = Developing(engine, DecodeLimits())
        developed = developing(picture(1), "1.png")
        with pytest.raises(PictureError, match=r"notes\.png"):
            developing(b"no picture", "notes.png")

    assert (developed.width, developed.height) == (16, 12)
    assert developed.data == picture(1)


def test_the_owner_chooses_the_engine():
    assert isinstance(engine_of(wished(collect={"engine": "serial"})), SerialEngine)
    with pytest.raises(UnknownAdapter, match="no engine called 'rya'"):
        engine_of(wished(collect={"engine": "rya"}))
    with pytest.raises(
        SettingsError, match=r"\[collect\.engines\.process\] has no option called 'cores'"
    ):
        engine_of(wished(collect={"engines": {"process": {"cores": 2}}}))


def test_who_wishes_for_no_workers_has_none():
    assert isinstance(engine_of(wished(make={"workers": 0})), SerialEngine)
