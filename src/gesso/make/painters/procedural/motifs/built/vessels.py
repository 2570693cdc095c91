"""What sails and flies: boats, a steamer, a balloon, an airship, lanterns, birds."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, mix, smooth
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.surface import Surface, toward
from gesso.make.painters.procedural.motifs.built.metal import BRASS, ring, rod
from gesso.make.painters.procedural.motifs.built.works import box, lamp
from gesso.make.painters.procedural.motifs.nature.land import land_value


def boats(s: Surface, x: float, foot: float) -> None:
    """A sailing boat, and two more farther out."""
    rng = s.rng("boats")
    side = 1.0 if s.light[0] < x else -1.0
    for ax, scale in ((x - side * 0.33, 0.34), (x + side * 0.24, 0.26)):
        _boat(s, rng, ax, foot - 0.004, scale, side, 0.5)
    _boat(s, rng, x, foot + 0.045, 1.0, side, 0.1)


def _boat(s: Surface, rng: np.random.Generator, x: float, foot: float, k: float, way: float, far: float) -> None:
    """`k` is its size; the near boat's mast is 0.34 high."""
    dark = s.palette.value(land_value(s, 0.9) + 0.15 * far, 0.9)
    hull = np.array([(-0.125, -0.032), (-0.095, 0.0), (0.075, 0.002), (0.145, -0.042), (0.0, -0.030)]) * (way * k, k) + (x, foot)
    mast = x + way * 0.012 * k
    bend = np.linspace(0, 1, 12)
    top = foot - 0.345 * k
    white = toward(s.palette.value(mix(0.88, 0.58, s.spec.night), 0.6), s.palette.light(0.9, 0.9), 0.35)
    red = s.palette.local(0.46 - 0.08 * s.spec.night, 38, 2.0)
    main = np.concatenate([
        np.stack([mast - way * k * (0.010 + 0.165 * bend + 0.018 * np.sin(np.pi * bend)), top + (0.275 * k) * bend], -1),
        [(mast - way * 0.006 * k, foot - 0.062 * k)],
        [(mast - way * 0.004 * k, top)],
    ])
    jib = np.concatenate([
        np.stack([mast + way * k * (0.006 + 0.125 * bend + 0.022 * np.sin(np.pi * bend)), top + 0.035 * k + (0.255 * k) * bend], -1),
        [(mast + way * 0.010 * k, foot - 0.075 * k)],
    ])
    colours = (white, red) if rng.random() < 0.45 else (white, white)
    for sail, colour in zip((main, jib), colours, strict=True):
        cloth = s.polygon(sail)
        cx, cy = s.inside(cloth)
        fold = np.clip((cx - mast) * way / (0.14 * k), -1, 1)
        level = 0.07 * np.sin(fold * 3.0) + 0.05 * np.clip((cy - top) / (0.3 * k), 0, 1) - 0.03
        body = colour[None, None] + np.stack([level, 0 * level, 0 * level], -1)
        s.put(cloth, body, angle=np.pi / 2 + 0.4 * way, detail=0.6, far=far, plane=2)
        s.bevel(cloth, 0.008 * k, 0.10)
    s.put(s.polygon(hull), dark, angle=0.05, detail=0.9, far=far, plane=2)
    s.mark([(mast, foot - 0.02 * k), (mast, top - 0.012 * k)], 0.0055 * k, dark, 2)
    s.mark(hull[[0, 4, 3]], 0.0040 * k, s.palette.light(0.78 - 0.15 * s.spec.night, 1.0), 2, 0.9)
    s.mark([(mast - way * 0.17 * k, foot - 0.066 * k), (mast, foot - 0.062 * k)], 0.004 * k, dark, 2)
    if s.spec.night > 0.4:
        lamp(s, x - way * 0.09 * k, foot - 0.060 * k, 0.0065 * k + 0.001)


def steamer(s: Surface, x: float, foot: float) -> None:
    """A steamer with lit portholes and a long plume."""
    way = 1.0 if s.light[0] < x else -1.0
    base = foot + 0.025
    dark = s.palette.value(land_value(s, 0.92), 0.9)

    def at(px: float, py: float) -> tuple[float, float]:
        return x + way * px, base - py

    _plume(s, *at(-0.02, 0.23), way)
    hull = np.array([at(-0.25, 0.085), at(-0.225, 0.0), at(0.23, 0.0), at(0.285, 0.105), at(0.10, 0.078)])
    s.put(s.polygon(hull), dark, angle=0.03, detail=0.8, far=0.15, plane=2)
    white = s.palette.value(mix(0.78, 0.44, s.spec.night), 0.7)
    houses = [np.array([at(-0.19, 0.08), at(0.12, 0.08), at(0.11, 0.115), at(-0.18, 0.115)]), np.array([at(-0.14, 0.115), at(0.085, 0.115), at(0.075, 0.142), at(-0.13, 0.142)]), np.array([at(0.03, 0.142), at(0.075, 0.142), at(0.07, 0.168), at(0.035, 0.168)])]
    s.put(s.polygon(houses), white, angle=0.0, detail=0.9, far=0.15, plane=2)
    for funnel in (-0.085, -0.015):
        pipe = s.polygon(np.array([at(funnel - 0.016, 0.14), at(funnel + 0.016, 0.14), at(funnel + 0.008, 0.232), at(funnel - 0.022, 0.232)]))
        s.put(pipe, s.palette.local(0.42, 34, 2.2), angle=np.pi / 2, detail=0.9, far=0.15, plane=2)
        s.bevel(pipe, 0.008, 0.25)
        s.mark(np.array([at(funnel - 0.022, 0.232), at(funnel + 0.008, 0.232), at(funnel + 0.010, 0.212), at(funnel - 0.020, 0.212)]), 0.0, dark, 2)
    for mast in (-0.20, 0.17):
        s.mark([at(mast, 0.07), at(mast - 0.01, 0.27)], 0.0045, dark, 2)
        s.mark([at(mast - 0.01, 0.265), at(-0.02, 0.15)], 0.0014, dark, 2, 0.7)
    for px in np.arange(-0.20, 0.22, 0.026):
        s.dabs([(*at(float(px), 0.050), 0.0045)], s.palette.lamp(0.9), 2)
    for px in np.arange(-0.17, 0.11, 0.021):
        s.mark(box(*at(float(px), 0.106), *at(float(px) + 0.011, 0.092)), 0.0, s.palette.lamp(0.86), 2)
    s.mark([at(-0.25, 0.085), at(0.10, 0.079), at(0.285, 0.105)], 0.004, s.palette.light(0.74, 1.0), 2, 0.9)
    lamp(s, *at(0.165, 0.26), 0.006)


def _plume(s: Surface, x: float, y: float, way: float) -> None:
    back = -(s.x - x) * way
    billow = s.noise("plume", 6, 5, 0.6)
    off = (s.y - (y - 0.10 * np.sqrt(np.clip(back, 0, 3))) + 0.025 * billow) / (0.018 + 0.13 * np.clip(back, 0, 2))
    body = np.exp(-(off**2)) * smooth(back, -0.02, 0.03) * np.exp(-np.clip(back, 0, 3) / 0.5)
    value = mix(0.46, 0.24, s.spec.night) + 0.06 * billow - 0.05 * np.clip(off, -1, 1)
    s.put(s.whole(f32(np.clip(body * (0.95 + 0.4 * billow), 0, 0.9))), s.palette.ramp(f32(value), 0.7), angle=1.2 * billow)


def balloon(s: Surface, x: float, y: float, k: float = 1.0, number: int = 0) -> None:
    """A hot-air balloon, its gores in two or three colours, lit from its own flame by night."""
    radius = 0.135 * k
    turn = np.linspace(-0.80 * math.pi, 0.80 * math.pi, 50)
    round_x, round_y = np.sin(turn), -np.cos(turn)
    skirt = np.where(round_y > 0, 1 - 0.30 * round_y**1.5, 1.0)
    envelope = np.stack([x + radius * round_x * skirt, y + radius * round_y * np.where(round_y > 0, 1.32, 1.0)], -1)
    bag = s.polygon(envelope)
    across, down = s.inside(bag)
    ny = (down - y) / radius
    half = np.sqrt(np.clip(1.02 - np.where(ny > 0, ny / 1.32, ny) ** 2, 0.03, 1)) * np.where(ny > 0, 1 - 0.22 * np.clip(ny, 0, 1.2), 1)
    nx = np.clip((across - x) / radius / half, -0.999, 0.999)
    gore = np.floor((np.arcsin(nx) / np.pi + 0.5) * 8).astype(int)
    hue = (s.spec.hue_light, s.spec.hue_light + 140, 25.0)[number % 3]
    chroma = min(0.16, 0.05 + 0.9 * s.spec.ground_chroma)
    one, two = lch(0.62, chroma, hue), lch(0.80, 0.5 * chroma, s.spec.hue_light + 10)
    base = np.where((gore % 2 == 0)[..., None], one, two)
    side = 1.0 if s.light[0] > x else -1.0
    lit = 0.20 * np.sin(nx * side * 1.3) - 0.10 * ny - 0.16 * s.spec.night
    fire = s.spec.night * 0.42 * np.exp(-((nx / 0.8) ** 2) - (((ny - 0.75) / 0.7) ** 2))
    seam = 0.05 * (np.abs(((np.arcsin(nx) / np.pi + 0.5) * 8) % 1 - 0.5) > 0.44)
    body = f32(base) + np.stack([lit - seam, 0 * lit, 0 * lit], -1)
    body = toward(body, s.palette.lamp(0.86), np.clip(fire, 0, 0.9))
    s.put(bag, body, angle=np.arctan2(ny + 0 * nx, nx) + np.pi / 2, detail=0.6, far=0.25, plane=2)
    dark = s.palette.value(0.10, 0.9)
    basket = y + 1.72 * radius
    for edge in (-0.17, -0.06, 0.06, 0.17):
        s.mark([(x + edge * 1.6 * radius, y + 1.20 * radius), (x + edge * 0.75 * radius, basket)], 0.0018 * k + 0.0004, dark, 2, 0.9)
    s.put(s.polygon(box(x - 0.13 * radius, basket, x + 0.13 * radius, basket + 0.20 * radius)), s.palette.local(0.30, 60, 1.5), detail=1.0, plane=2)
    if s.spec.night > 0.3:
        lamp(s, x, y + 1.42 * radius, 0.008 * k)


def balloons(s: Surface, x: float, horizon: float) -> None:
    """One balloon near, others behind it."""
    rng = s.rng("balloons")
    for number in range(4):
        k = 0.26 + 0.22 * rng.random()
        bx = float(np.clip(x + (0.5 * s.wide) * rng.uniform(-1, 1), 0.06, s.wide - 0.06))
        balloon(s, bx, horizon * rng.uniform(0.28, 0.74), k, number + 1)
    balloon(s, x, horizon * 0.42, 1.05, 0)


def airship(s: Surface, x: float, y: float) -> None:
    """An airship: ribs under the cloth, fins, a gondola with lit windows, searchlight by night."""
    way = 1.0 if s.light[0] < x else -1.0
    length, half = 0.33, 0.090
    turn = np.linspace(0, 2 * math.pi, 90)
    px = np.cos(turn)
    outline = np.stack([x + way * length * px, y + half * np.sin(turn) * (1 - 0.16 * px) ** 0.9], -1)
    hull = s.polygon(outline)
    across, down = s.inside(hull)
    along = (across - x) / length
    ny = (down - y) / (half * np.sqrt(np.clip(1 - along**2, 0.02, 1)))
    lit = 0.30 * np.clip(-ny * 0.9 + 0.15, -1, 1) - 0.10 * np.clip(ny, 0, 1) ** 2
    ribs = np.abs((along * 9) % 1 - 0.5) > 0.455
    gore = np.abs((np.arcsin(np.clip(ny, -1, 1)) / np.pi * 7) % 1 - 0.5) > 0.455
    level = mix(0.58, 0.42, s.spec.night) + lit - 0.045 * ribs - 0.03 * gore
    steps = np.linspace(0, 1, 17)
    table = f32([mix(s.palette.metal(float(step), 75.0, 0.8), s.palette.value(float(step), 0.8), 0.4) for step in steps])
    colour = np.stack([np.interp(level, steps, table[:, channel]) for channel in range(3)], -1)
    s.put(hull, colour, angle=0.25 * along * way + 0 * ny, detail=0.55, far=0.2, plane=2)
    dark = s.palette.metal(0.22, BRASS)
    fins = [np.array([(x - way * 0.95 * length, y - 0.2 * half), (x - way * 0.72 * length, y + side * 0.55 * half), (x - way * 0.86 * length, y + side * 1.35 * half), (x - way * 1.06 * length, y + side * 1.25 * half)]) for side in (-1.0, 1.0)]
    s.put(s.polygon(fins), s.palette.local(0.40, 32, 1.8), detail=0.9, far=0.15, plane=2)
    cabin = np.array([(x - way * 0.11, y + 1.06 * half), (x + way * 0.13, y + 1.06 * half), (x + way * 0.10, y + 1.52 * half), (x - way * 0.09, y + 1.52 * half)])
    s.put(s.polygon(cabin), dark, detail=1.0, far=0.1, plane=2)
    for number in range(8):
        wx = x - way * 0.085 + way * 0.025 * number
        s.mark(box(wx - 0.006, y + 1.16 * half, wx + 0.006, y + 1.33 * half), 0.0, s.palette.lamp(0.9), 2)
    for post in (-0.09, 0.0, 0.10):
        s.mark([(x + way * post, y + 0.9 * half), (x + way * post, y + 1.08 * half)], 0.003, dark, 2)
    for engine in (-0.17, 0.18):
        rod(s, [(x + way * engine - 0.022, y + 1.12 * half), (x + way * engine + 0.022, y + 1.12 * half)], 0.016, 0.5)
    lamp(s, x + way * 0.125, y + 1.34 * half, 0.006)


def lanterns(s: Surface, horizon: float) -> None:
    """Paper lanterns let go into the air, large near and small far."""
    rng = s.rng("lanterns")
    many = int(26 + 50 * s.spec.density)
    sizes = np.sort(0.005 + 0.030 * rng.random(many) ** 3.2)
    for size in sizes.tolist():
        x, y = rng.random() * s.wide, horizon * (0.05 + 0.88 * rng.random())
        s.glow(x, y, 2.6 * size, s.palette.lamp(0.84), 0.42)
        shape = np.array([(-0.72, -1.0), (0.72, -1.0), (0.92, 0.1), (0.55, 1.0), (-0.55, 1.0), (-0.92, 0.1)]) * size + (x, y)
        if size < 0.010:
            s.mark(shape, 0.0, s.palette.lamp(0.88), 2)
            continue
        paper = s.polygon(shape)
        _, down = s.inside(paper)
        level = 0.20 * (down - y) / size - 0.02
        colour = s.palette.lamp(0.76)[None, None] + np.stack([level + 0 * paper.mask, 0 * paper.mask, 0.03 * paper.mask], -1)
        s.put(paper, colour, angle=np.pi / 2, detail=0.9, far=0.1, plane=2)
        s.mark([(x, y + 0.75 * size), (x, y + 0.9 * size)], 0.45 * size, s.palette.lamp(0.97), 2)


def birds(s: Surface, horizon: float) -> None:
    """A flock on the wing, in a loose line that turns."""
    rng = s.rng("birds")
    ink = s.palette.value(0.10, 0.8)
    x0, y0 = s.focus_x, horizon * 0.42
    lean = rng.uniform(-0.3, 0.3)
    for number in range(int(18 + 30 * s.spec.density)):
        t = number / 24 - 0.5
        x = x0 + 0.75 * t * s.wide + 0.04 * rng.standard_normal()
        y = y0 + 0.10 * math.sin(5 * t) + lean * t * 0.4 + 0.035 * rng.standard_normal()
        span, beat = 0.010 + 0.016 * rng.random(), rng.uniform(-0.5, 0.9)
        s.mark([(x - span, y - 0.35 * span * beat), (x - 0.45 * span, y - 0.5 * span), (x, y), (x + 0.45 * span, y - 0.5 * span), (x + span, y - 0.35 * span * beat)], 0.0032, ink, 2, 0.95)


def moths(s: Surface, x: float, y: float) -> None:
    """Moths about a light, the largest with eyes on its wings."""
    rng = s.rng("moths")
    places = [(x, y, 0.15)]
    for _ in range(7):
        places.append((x + 0.30 * rng.standard_normal(), y + 0.22 * rng.standard_normal(), 0.022 + 0.04 * rng.random()))
    for mx, my, size in sorted(places, key=lambda place: place[2]):
        _moth(s, rng, mx, my, size, 0.9 * rng.standard_normal() * (size < 0.1))


def _moth(s: Surface, rng: np.random.Generator, x: float, y: float, size: float, turn: float) -> None:
    c, n = math.cos(turn), math.sin(turn)
    spin = np.array([(c, n), (-n, c)])
    upper = np.array([(0.04, -0.10), (0.45, -0.62), (0.95, -0.78), (1.05, -0.55), (0.90, -0.12), (0.50, 0.10), (0.05, 0.08)])
    lower = np.array([(0.05, 0.02), (0.55, 0.10), (0.72, 0.38), (0.58, 0.72), (0.30, 0.70), (0.06, 0.28)])
    pale = toward(s.palette.lamp(0.70), s.palette.value(0.62, 0.6), 0.45)
    for wing, lift in ((lower, -0.06), (upper, 0.0)):
        for side in (-1.0, 1.0):
            stencil = s.polygon((wing * (side * size, size)) @ spin + (x, y))
            across, down = s.inside(stencil)
            out = np.hypot(across - x, down - y) / size
            dust = s.noise("dust", 30, 3)[stencil.rows, stencil.columns]
            level = lift + 0.10 * np.cos(out * 16) * smooth(out, 0.2, 0.5) - 0.10 * smooth(out, 0.8, 1.2) + 0.02 * dust
            s.put(stencil, pale[None, None] + np.stack([level, 0 * level, 0 * level], -1), angle=np.arctan2(down - y, across - x), detail=0.8, far=0.05, plane=2)
            s.bevel(stencil, 0.03 * size, 0.10)
            if lift == 0.0 and size > 0.05:
                ex, ey = (np.array([(side * 0.66, -0.42)]) * size @ spin)[0] + (x, y)
                for radius, colour in ((0.13, s.palette.value(0.12, 1.0)), (0.09, s.palette.lamp(0.72)), (0.045, s.palette.value(0.08, 1.0))):
                    s.mark(ring(float(ex), float(ey), radius * size, 20), 0.0, colour, 2)
    body = np.array([(0.0, -0.22), (0.075, -0.05), (0.06, 0.42), (0.0, 0.56), (-0.06, 0.42), (-0.075, -0.05)]) * size @ spin + (x, y)
    s.put(s.polygon(body), pale - f32((0.22, 0, 0)), detail=1.0, far=0.05, plane=2)
    for side in (-1.0, 1.0):
        feeler = np.array([(0.0, -0.2), (side * 0.12, -0.42), (side * 0.26, -0.56)]) * size @ spin + (x, y)
        s.mark(feeler, 0.02 * size + 0.0006, pale - f32((0.2, 0, 0)), 2)
