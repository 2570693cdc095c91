"""The things that stand, swim or fly in a place."""

from __future__ import annotations

from collections.abc import Callable

from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.built.machines import clockwork, gears, orrery
from gesso.make.painters.procedural.motifs.built.town import houses, strongholds
from gesso.make.painters.procedural.motifs.built.vessels import air, ships
from gesso.make.painters.procedural.motifs.built.works import bridges, towers
from gesso.make.painters.procedural.motifs.nature import creatures, plants, water
from gesso.make.painters.procedural.motifs.places import Ground


def place(s: Surface, number: int) -> float:
    """Where the thing of this number stands: the first at the focus, others beside it."""
    return min(s.wide - 0.1, max(0.1, s.focus_x + (0.0, -0.30, 0.30)[number % 3] * s.wide))


def _tree(s: Surface, ground: Ground, number: int) -> None:
    plants.tree(s, place(s, number), ground.foot + 0.06, 0.55 * min(1.0, ground.foot * 1.1))


def _falls(s: Surface, ground: Ground, number: int) -> None:
    water.falls(s, place(s, number), ground.horizon - 0.16, ground.foot, 0.055)


def _gears(s: Surface, ground: Ground, number: int) -> None:
    gears.gears_subject(s, place(s, number), ground.foot)


def _orrery(s: Surface, ground: Ground, number: int) -> None:
    reach = 0.30 * min(1.0, s.wide)
    orrery.orrery(s, place(s, number), ground.foot - 0.34, reach, ground.foot + 0.04)


def _clockwork(s: Surface, ground: Ground, number: int) -> None:
    clockwork.clock_mix(s, place(s, number), ground.foot)


def _bridge(s: Surface, ground: Ground, _number: int) -> None:
    bridges.suspension(s, ground.horizon - 0.10, s.focus_x)


def _viaduct(s: Surface, ground: Ground, _number: int) -> None:
    bridges.arches(s, ground.foot - 0.26, ground.foot, s.focus_x)


def _rails(s: Surface, ground: Ground, number: int) -> None:
    if "viaduct" not in s.spec.subjects:
        bridges.arches(s, ground.foot - 0.24, ground.foot, s.focus_x)
        bridges.train(s, ground.foot - 0.25, place(s, number))
    else:
        bridges.train(s, ground.foot - 0.27, place(s, 0))


def _balloons(s: Surface, ground: Ground, number: int) -> None:
    air.balloons(s, place(s, number), ground.horizon)


def _airship(s: Surface, ground: Ground, number: int) -> None:
    air.airship(s, place(s, number), 0.42 * ground.horizon)


def _lanterns(s: Surface, ground: Ground, _number: int) -> None:
    air.lanterns(s, ground.horizon)


def _birds(s: Surface, ground: Ground, _number: int) -> None:
    creatures.birds(s, ground.horizon)


def _moths(s: Surface, ground: Ground, number: int) -> None:
    creatures.moths(s, place(s, number), 0.55 * ground.horizon)


def _path(s: Surface, ground: Ground, _number: int) -> None:
    houses.path(s, ground.foot)


def _standing(
    draw: Callable[[Surface, float, float], None],
) -> Callable[[Surface, Ground, int], None]:
    """A thing that only needs to know where it stands."""

    def stand(s: Surface, ground: Ground, number: int) -> None:
        draw(s, place(s, number), ground.foot)

    return stand


def _afloat(
    draw: Callable[[Surface, float, float], None], forward: float
) -> Callable[[Surface, Ground, int], None]:
    """A thing that swims `forward` of the horizon, mirrored in water that lies there already."""

    def swim(s: Surface, ground: Ground, number: int) -> None:
        foot = ground.horizon + forward
        water.mirrored(s, foot, lambda: draw(s, place(s, number), foot))

    return swim


SUBJECTS: dict[str, Callable[[Surface, Ground, int], None]] = {
    "tree": _tree,
    "waterfall": _falls,
    "gears": _gears,
    "orrery": _orrery,
    "clockwork": _clockwork,
    "bridge": _bridge,
    "viaduct": _viaduct,
    "train": _rails,
    "windmill": _standing(towers.windmill),
    "observatory": _standing(towers.observatory),
    "balloon": _balloons,
    "airship": _airship,
    "lanterns": _lanterns,
    "birds": _birds,
    "moths": _moths,
    "village": _standing(houses.village),
    "house": _standing(lambda s, x, foot: houses.house(s, x, foot + 0.03, 1.6)),
    "castle": _standing(strongholds.castle),
    "clock-tower": _standing(strongholds.clock_tower),
    "path": _path,
}


AFLOAT: dict[str, Callable[[Surface, Ground, int], None]] = {
    "boats": _afloat(ships.boats, 0.07),
    "steamer": _afloat(ships.steamer, 0.05),
    "lighthouse": _afloat(towers.lighthouse, 0.07),
}
