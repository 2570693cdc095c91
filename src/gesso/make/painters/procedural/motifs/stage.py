"""The places, the things that stand in them, and the pictures that one thing fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.built import machines, rooms, town, vessels, works
from gesso.make.painters.procedural.motifs.nature import land, plants, sky, water


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
    """The sky with what the text hangs into it."""
    skies, night = s.spec.skies, s.spec.night
    sky.sky(s, horizon)
    if night > 0.6:
        sky.stars(s, horizon, 1.0 if "stars" in skies or "aurora" not in skies else 0.5)
    if "aurora" in skies:
        sky.aurora(s, horizon)
    amount = 0.85 if "clouds" in skies else cloudy * (0.55 if night > 0.6 else 1.0)
    if "stars" not in skies or "clouds" in skies:
        sky.clouds(s, horizon, amount + 0.25 * s.spec.mist)
    if "comet" in skies:
        sky.comet(s, horizon)
    elif "sun" in skies or night < 0.5:
        if s.spec.light_y * s.high < horizon + 0.06:
            sky.sun(s)
    elif "aurora" not in skies or "moon" in skies:
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


def _sea(s: Surface) -> Ground:
    horizon = 0.58 * s.high
    _air(s, horizon, 0.6)
    return Ground(
        horizon,
        horizon + 0.015,
        True,
        lambda t: water.water(t, horizon, 0.55 + 0.4 * ("clouds" in t.spec.skies)),
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


def _tree(s: Surface, ground: Ground, number: int) -> None:
    plants.tree(s, place(s, number), ground.foot + 0.06, 0.55 * min(1.0, ground.foot * 1.1))


def _falls(s: Surface, ground: Ground, number: int) -> None:
    water.falls(s, place(s, number), ground.horizon - 0.16, ground.foot, 0.055)


def _gears(s: Surface, ground: Ground, number: int) -> None:
    machines.gears_subject(s, place(s, number), ground.foot)


def _orrery(s: Surface, ground: Ground, number: int) -> None:
    reach = 0.30 * min(1.0, s.wide)
    machines.orrery(s, place(s, number), ground.foot - 0.34, reach, ground.foot + 0.04)


def _clockwork(s: Surface, ground: Ground, number: int) -> None:
    machines.clock_mix(s, place(s, number), ground.foot)


def _city(s: Surface) -> Ground:
    horizon = 0.68 * s.high
    _air(s, horizon)
    town.skyline(s, horizon)
    return Ground(horizon, horizon + 0.012, True, lambda t: water.water(t, horizon, 0.2))


def _harbour(s: Surface) -> Ground:
    horizon = 0.60 * s.high
    _air(s, horizon)
    land.mountains(s, horizon - 0.02, 1, 0.2)
    town.quay(s, horizon)
    return Ground(horizon + 0.022, horizon + 0.03, True, lambda t: water.water(t, horizon + 0.022, 0.2))


def _bridge(s: Surface, ground: Ground, _number: int) -> None:
    works.suspension(s, ground.horizon - 0.10, s.focus_x)


def _viaduct(s: Surface, ground: Ground, _number: int) -> None:
    works.arches(s, ground.foot - 0.26, ground.foot, s.focus_x)


def _rails(s: Surface, ground: Ground, number: int) -> None:
    if "viaduct" not in s.spec.subjects:
        works.arches(s, ground.foot - 0.24, ground.foot, s.focus_x)
        works.train(s, ground.foot - 0.25, place(s, number))
    else:
        works.train(s, ground.foot - 0.27, place(s, 0))


def _balloons(s: Surface, ground: Ground, number: int) -> None:
    vessels.balloons(s, place(s, number), ground.horizon)


def _airship(s: Surface, ground: Ground, number: int) -> None:
    vessels.airship(s, place(s, number), 0.42 * ground.horizon)


def _lanterns(s: Surface, ground: Ground, _number: int) -> None:
    vessels.lanterns(s, ground.horizon)


def _birds(s: Surface, ground: Ground, _number: int) -> None:
    vessels.birds(s, ground.horizon)


def _moths(s: Surface, ground: Ground, number: int) -> None:
    vessels.moths(s, place(s, number), 0.55 * ground.horizon)


def _path(s: Surface, ground: Ground, _number: int) -> None:
    town.path(s, ground.foot)


def _standing(draw: Callable[[Surface, float, float], None]) -> Callable[[Surface, Ground, int], None]:
    """A thing that only needs to know where it stands."""

    def stand(s: Surface, ground: Ground, number: int) -> None:
        draw(s, place(s, number), ground.foot)

    return stand


def place(s: Surface, number: int) -> float:
    """Where the thing of this number stands: the first at the focus, others beside it."""
    return min(s.wide - 0.1, max(0.1, s.focus_x + (0.0, -0.30, 0.30)[number % 3] * s.wide))


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

SUBJECTS: dict[str, Callable[[Surface, Ground, int], None]] = {
    "tree": _tree,
    "waterfall": _falls,
    "gears": _gears,
    "orrery": _orrery,
    "clockwork": _clockwork,
    "bridge": _bridge,
    "viaduct": _viaduct,
    "train": _rails,
    "lighthouse": _standing(works.lighthouse),
    "windmill": _standing(works.windmill),
    "observatory": _standing(works.observatory),
    "boats": _standing(vessels.boats),
    "steamer": _standing(vessels.steamer),
    "balloon": _balloons,
    "airship": _airship,
    "lanterns": _lanterns,
    "birds": _birds,
    "moths": _moths,
    "village": _standing(town.village),
    "house": _standing(lambda s, x, foot: town.house(s, x, foot + 0.03, 1.6)),
    "castle": _standing(town.castle),
    "clock-tower": _standing(town.clock_tower),
    "path": _path,
}

WHOLES: dict[str, Callable[[Surface], None]] = {
    "flowers": plants.bunch,
    "gears": machines.gears_whole,
    "orrery": machines.orrery_whole,
    "clockwork": machines.clockwork_whole,
    "cathedral": rooms.cathedral,
    "glass": rooms.glass,
    "still-life": rooms.still_life,
    "flow": rooms.flow,
}
