"""Air and tone: the mist between things, and the last step towards the key that is asked for."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from gesso.make.painters.procedural.canvas.marks import Tone
from gesso.make.painters.procedural.canvas.noise import Lab, Plane, f32, mix, resized, smooth
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.surface import Surface

_TINT = 0.6
"""How far a zone goes to the hue that is asked for."""

_GRIP = 0.85
"""How far the tone step goes to an aim; the rest is left to the scene, and to refinement."""

_SAMPLE_PX = 96


def veil(surface: Surface, air: Lab, strength: float = 1.0) -> None:
    """Let mist lie over what is far; `air` is its colour, warmer where the light is."""
    mist = surface.spec.mist
    if mist < 0.02:
        return
    drift = surface.noise("mist", 2.2, 3, 0.5, stretch=3.0)
    share = 1 - np.exp(-f32(surface.far) * (2.6 * mist * mist + 0.25 * mist) * (1 + 0.22 * drift))
    floor = 0.30 * smooth(mist, 0.35, 1.0)
    light_x, light_y = surface.light
    near = np.exp(-((np.hypot(surface.x - light_x, surface.y - light_y) / 0.55) ** 2))
    colour = mix(air, surface.palette.light(0.92, 0.8), 0.35 * near[..., None])
    cover = np.clip(strength * np.maximum(share, floor), 0, 0.97)
    surface.lab += (colour - surface.lab) * cover[..., None]


def tone_step(surface: Surface) -> Tone:
    """Bring the scene nearer to its key, contrast and chroma; the marks get the step returned.

    Lightness goes through one smooth rising curve, so no value changes places with another.
    """
    height, width = surface.lab.shape[:2]
    share = min(1.0, _SAMPLE_PX / max(height, width))
    sample = resized(surface.lab, max(8, round(width * share)), max(8, round(height * share)))
    light = np.clip(sample[..., 0], 0.0, 1.0)
    gamma, gain, pivot = _solve(surface, light)

    def curve(values: Plane) -> Plane:
        lifted = f32(np.power(np.clip(values, 1e-4, 1.0), gamma))
        return _held(f32(pivot + (lifted - pivot) * gain))

    strength = _chroma_gain(surface, sample, light, curve)

    def toned(lab: Lab) -> Lab:
        before = np.clip(lab[..., 0], 1e-4, 1.0)
        after = curve(before)
        # Colour follows lightness half-way, as paint let down with white or black does.
        scale = strength * np.sqrt(np.clip((after + 0.12) / (before + 0.12), 0.4, 1.8))
        return f32(np.stack([after, lab[..., 1] * scale, lab[..., 2] * scale], -1))

    grade = _grade(surface, toned(sample))

    def tone(lab: Lab) -> Lab:
        return _in_gamut(grade(toned(lab)))

    _quieten(surface)
    surface.lab = tone(surface.lab)
    return tone


def _in_gamut(lab: Lab) -> Lab:
    """Bend chroma under what a screen can show, which narrows towards black and white."""
    light = lab[..., 0]
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    room = 0.035 + 0.40 * np.minimum(light, 1.06 - light)
    held = np.where(chroma > 1e-6, room * np.tanh(chroma / room) / (chroma + 1e-6), 1)
    return f32(np.stack([light, lab[..., 1] * held, lab[..., 2] * held], -1))


def _grade(surface: Surface, sample: Lab) -> Tone:
    """Tint darks, middles and lights towards the hues that the text asks for, as a whole zone.

    A zone's colours keep their distance from each other, so brass stays brass beside a blue.
    """
    light = sample[..., 0]
    first, second = (float(edge) for edge in np.percentile(light, (100 / 3, 200 / 3)))
    soft = max(0.02, 0.35 * (second - first))
    zones = (light <= first, (light > first) & (light <= second), light > second)
    shifts = np.zeros((3, 2), np.float32)
    for number, (zone, hue) in enumerate(zip(zones, surface.spec.grade, strict=True)):
        if hue is None or not zone.any():
            continue
        mean = sample[zone][:, 1:].mean(axis=0)
        usual = float(np.hypot(sample[zone][:, 1], sample[zone][:, 2]).mean())
        wanted = lch(0.0, 0.92 * usual, hue)[1:]
        shifts[number] = _TINT * (wanted - mean)

    def graded(lab: Lab) -> Lab:
        dark = 1 - smooth(lab[..., 0], first - soft, first + soft)
        bright = smooth(lab[..., 0], second - soft, second + soft)
        parts = np.stack([dark, np.clip(1 - dark - bright, 0, 1), bright], -1)
        moved = lab.copy()
        moved[..., 1:] += parts @ shifts
        return f32(moved)

    return graded


def _quieten(surface: Surface) -> None:
    """Flatten small forms where the text asks for a sparse picture; large edges stay."""
    still = 1 - surface.spec.liveliness
    if still <= 0.3:
        return
    # The very sparse end goes on to a few flat shapes, as a poster has them.
    bare = max(0.0, 1 - surface.spec.busy / 0.13)
    reach = 0.03 + 0.15 * still**2 + 0.22 * bare
    flat = surface.lab
    for _ in range(2 + round(2 * bare)):
        flat = f32(cv2.bilateralFilter(flat, 9, reach, (0.012 + 0.012 * bare) * surface.unit))
    surface.lab = flat


def _held(values: Plane) -> Plane:
    """Bend values softly into 0.035 to 0.985, so that no curve clips."""
    low, high, knee = 0.035, 0.985, 0.08
    top = np.where(
        values > high - knee, high - knee * np.exp((high - knee - values) / knee), values
    )
    return f32(np.where(top < low + knee, low + knee * np.exp((top - low - knee) / knee), top))


def _star(value: Plane) -> Plane:
    """CIE L* of a grey of this OKLab lightness."""
    luminance = f32(value) ** 3
    root = np.cbrt(luminance)
    return f32(np.where(luminance > 0.008856, 116 * root - 16, 903.3 * luminance))


def _solve(surface: Surface, light: Plane) -> tuple[float, float, float]:
    """Gamma and gain about a pivot that bring the sample's mean and spread to the aims."""
    spec = surface.spec
    now = _star(light)
    low, high = np.percentile(now, (5, 95))
    mean, spread = float(now.mean()), max(4.0, float(high - low))
    key = mean if spec.key is None else mean + (spec.key - mean) * _GRIP
    contrast = spread if spec.contrast is None else spread + (spec.contrast - spread) * _GRIP
    gamma, gain, pivot = 1.0, 1.0, float(light.mean())
    if spec.key is None and spec.contrast is None:
        return gamma, gain, pivot
    for _ in range(8):
        lifted = np.power(np.clip(light, 1e-4, 1), gamma)
        pivot = float(lifted.mean())
        trial = _star(_held(f32(pivot + (lifted - pivot) * gain)))
        low, high = np.percentile(trial, (5, 95))
        gain = float(np.clip(gain * (contrast / max(2.0, float(high - low))) ** 0.8, 0.08, 3.0))
        here = float(np.clip(trial.mean(), 3, 97)) / 100
        there = float(np.clip(key, 3, 97)) / 100
        gamma = float(np.clip(gamma * (np.log(there) / np.log(here)) ** 0.9, 0.2, 4.5))
    lifted = np.power(np.clip(light, 1e-4, 1), gamma)
    return gamma, gain, float(lifted.mean())


def _chroma_gain(
    surface: Surface, sample: Lab, light: Plane, curve: Callable[[Plane], Plane]
) -> float:
    aim = surface.spec.chroma
    if aim is None:
        return 1.0
    follow = np.sqrt(np.clip((curve(light) + 0.12) / (light + 0.12), 0.4, 1.8))
    now = float((np.hypot(sample[..., 1], sample[..., 2]) * follow).mean())
    wanted = now + (aim - now) * _GRIP
    return float(np.clip(wanted / max(now, 1e-3), 0.0, 3.2))
