"""The places that scenes play in, each with its sky."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.built.town import skyline
from gesso.make.painters.procedural.motifs.nature import land, plants, sky, water, weather
from gesso.make.painters.procedural.spec import PaintSpec


@dataclass(frozen=True)
class Ground:
    """What a setting tells the things that will stand in it.

    Attributes:
        horizon: height of the horizon in units.
        foot: where a thing in the middle distance stands, in units.
        wet: whether it stands in water.
        finish: what is painted after the things: water that mirrors them, a near bank.
    """

    horizon: float
    foot: float
    wet: bool = False
    finish: Callable[[Surface], None] | None = None


def _air(s: Surface, horizon: float, cloudy: float = 0.45) -> None:
    """The sky with what the text hangs into it, less what it shuns."""
    spec = s.spec
    hung, night = set(spec.skies) - set(spec.shuns), spec.night
    sky.sky(s, horizon)
    clear = not spec.storm and "stars" not in spec.shuns
    if "stars" in hung or (night > 0.6 and clear):
        sky.stars(s, horizon, 0.5 if "aurora" in hung and "stars" not in hung else 1.0)
    if "aurora" in hung:
        sky.aurora(s, horizon)
    if spec.storm:
        weather.storm(s, horizon)
    elif "clouds" not in spec.shuns and ("clouds" in hung or "stars" not in hung):
        amount = 0.85 if "clouds" in hung else cloudy * (0.55 if night > 0.6 else 1.0)
        sky.clouds(s, horizon, amount + 0.25 * spec.mist)
    _hang_light(s, horizon, hung)
    if spec.storm >= 1:
        weather.lightning(s, horizon)


def _hang_light(s: Surface, horizon: float, hung: set[str]) -> None:
    if "comet" in hung:
        sky.comet(s, horizon)
    elif "sun" in hung:
        sky.sun(s)
    elif "moon" in hung:
        sky.moon(s)
    elif s.spec.storm or s.spec.light_y * s.high > horizon + 0.06:
        return
    elif s.spec.night < 0.5 and "sun" not in s.spec.shuns:
        sky.sun(s)
    elif s.spec.night >= 0.5 and not {"moon", "aurora"} & (hung | set(s.spec.shuns)):
        sky.moon(s)


def _mountains(s: Surface) -> Ground:
    horizon = 0.66 * s.high
    _air(s, horizon)
    land.mountains(s, horizon, 3, 0.42 * s.high**0.5)
    land.meadow(s, horizon + 0.10 * s.high, plane=1)
    return Ground(
        horizon,
        horizon + 0.16 * s.high,
        finish=lambda t: plants.firs(
            t, 0.97 * t.high, 0.30, round(9 * t.wide), 0.95, stage="near", plane=3, gap=1.0
        ),
    )


def _lake(s: Surface) -> Ground:
    horizon = 0.60 * s.high
    _air(s, horizon)
    land.mountains(s, horizon, 2, 0.30)
    plants.firs(s, horizon, 0.09, round(26 * s.wide), 0.55, stage="bank", plane=1, gap=0.6)
    return Ground(horizon, horizon + 0.01, True, lambda t: water.water(t, horizon, 0.15))


def _swell(spec: PaintSpec) -> float:
    return 1.35 if spec.storm else 0.95 if "clouds" in spec.skies else 0.55


def _sea(s: Surface) -> Ground:
    horizon = 0.58 * s.high
    _air(s, horizon, 0.6)
    return Ground(
        horizon,
        horizon + 0.015,
        True,
        lambda t: water.water(
            t, horizon, 0.55 + 0.4 * ("clouds" in t.spec.skies or t.spec.storm > 0)
        ),
    )


def _forest(s: Surface) -> Ground:
    horizon = 0.66 * s.high
    _air(s, horizon)
    land.mountains(s, horizon - 0.04, 2, 0.25)
    for number, (foot, tall, many) in enumerate(((0.72, 0.26, 24), (0.80, 0.40, 15))):
        plants.firs(
            s,
            foot * s.high,
            tall,
            round(many * s.wide),
            0.35 + 0.3 * number,
            stage=f"wood {number}",
            plane=1,
            gap=1.0,
        )
    return Ground(
        horizon,
        0.84 * s.high,
        finish=lambda t: plants.firs(
            t, 0.95 * t.high, 0.66, round(8 * t.wide), 1.0, stage="near", plane=3, gap=1.0
        ),
    )


def _dunes(s: Surface) -> Ground:
    horizon = 0.54 * s.high
    _air(s, horizon, 0.25)
    land.dunes(s, horizon)
    return Ground(horizon, horizon + 0.16 * s.high)


def _hills(s: Surface) -> Ground:
    horizon = 0.56 * s.high
    _air(s, horizon, 0.6)
    land.hills(s, horizon)
    return Ground(horizon, horizon + 0.24 * s.high)


def _meadow(s: Surface) -> Ground:
    horizon = 0.58 * s.high
    _air(s, horizon, 0.6)
    land.hills(s, horizon, 2)
    land.meadow(s, horizon + 0.10 * s.high, plane=1)
    return Ground(horizon, horizon + 0.18 * s.high)


def _city(s: Surface) -> Ground:
    horizon = 0.68 * s.high
    _air(s, horizon)
    skyline.skyline(s, horizon)
    return Ground(horizon, horizon + 0.012, True, lambda t: water.water(t, horizon, 0.2))


def _harbour(s: Surface) -> Ground:
    horizon = 0.60 * s.high
    _air(s, horizon)
    land.mountains(s, horizon - 0.02, 1, 0.2)
    skyline.quay(s, horizon)
    return Ground(
        horizon + 0.022, horizon + 0.03, True, lambda t: water.water(t, horizon + 0.022, 0.2)
    )


SETTINGS: dict[str, Callable[[Surface], Ground]] = {
    "mountains": _mountains,
    "lake": _lake,
    "sea": _sea,
    "forest": _forest,
    "dunes": _dunes,
    "hills": _hills,
    "meadow": _meadow,
    "city": _city,
    "harbour": _harbour,
}
