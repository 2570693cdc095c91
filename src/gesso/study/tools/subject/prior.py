"""How likely each part belongs to the subject: what stands out and does not run off the picture.

Boundary connectivity and its smoothing after Zhu, Liang, Wei and Sun (CVPR 2014), with a prior for
the middle of the picture. The foot of a picture may count less: busts and trees stand on it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Floats
from gesso.study.tools.subject.guidance import DROPPED, KEPT, UNSAID, Zones
from gesso.study.tools.subject.parts import Parts

Doubles = NDArray[np.float64]

_LOOSE = 0.055
"""OKLab distance over which parts that touch stop reading as one."""
_NEAR = 0.25
"""Long sides over which contrast is weighed."""
_CENTRAL = 0.33
"""Spread of the prior for the middle, in widths and heights."""
_CONNECTED = 0.3
"""Border for each root of area from which something runs off the picture."""
_MOST_ROUNDS = 200
_SAID = 50.0
"""What a person's mark counts against what was measured."""


def priors_of(parts: Parts, said: Zones) -> list[Doubles]:
    """For each weight of the foot, (parts,) how likely each part is the subject's, 0 to 1.

    Args:
        parts: of the picture.
        said: (height, width) marks of a person.

    Returns:
        Two, the foot counting in full and not at all; none where nothing stands out.
    """
    apart = _distances(parts.colours)
    contrast = apart * np.exp(-(_distances(parts.middles) ** 2) / (2 * _NEAR**2))
    found = []
    for border in (parts.rim + parts.foot, parts.rim):
        background = _background(parts, apart, border / max(1, border.sum()))
        seen = (contrast * (background * parts.areas)[np.newaxis]).sum(axis=1) * _central(parts)
        strongest = float(seen.max())
        if strongest > 1e-6 or (said != UNSAID).any():
            seen = seen / max(strongest, 1e-6)
            found.append(_smoothed(parts, apart, *_told(parts, background, seen, said)))
    return found


def _background(parts: Parts, apart: Doubles, border: Doubles) -> Doubles:
    """(parts,) how far each belongs to what runs off the picture, 0 to 1."""
    steps = np.maximum(apart - _texture(parts, apart), 0)
    outer = np.flatnonzero(border)
    ways = np.where(parts.touching, steps, np.inf)
    ways[np.ix_(outer, outer)] = steps[np.ix_(outer, outer)]
    reach = np.exp(-(_shortest(ways) ** 2) / (2 * _LOOSE**2))
    along, area = _times(reach, border), _times(reach, parts.areas)
    return np.asarray(1 - np.exp(-(along**2) / (2 * _CONNECTED**2 * area)))


def _texture(parts: Parts, apart: Doubles) -> float:
    """What neighbours differ by for no reason but texture: the mean of the smallest steps."""
    nearest = np.where(parts.touching, apart, np.inf).min(axis=1)
    held = nearest[np.isfinite(nearest)]
    return float(held.mean()) if held.size else 0.0


def _shortest(steps: Doubles) -> Doubles:
    """The shortest ways between all parts (Floyd and Warshall)."""
    ways = steps.astype(np.float32)
    np.fill_diagonal(ways, 0)
    for middle in range(len(ways)):
        np.minimum(ways, ways[:, middle : middle + 1] + ways[middle], out=ways)
    return ways.astype(np.float64)


def _central(parts: Parts) -> Doubles:
    height, width = parts.index.shape
    side = max(height, width)
    across = parts.middles[:, 0] * (side / width) - 0.5
    down = parts.middles[:, 1] * (side / height) - 0.5
    far = (across**2 + down**2).astype(np.float64)
    return np.asarray(np.exp(-far / (2 * _CENTRAL**2)), dtype=np.float64)


def _told(parts: Parts, background: Doubles, seen: Doubles, said: Zones) -> tuple[Doubles, Doubles]:
    """What was measured, with a person's marks over it."""
    kept, dropped = (
        np.bincount(parts.index[said == zone], minlength=len(parts)) for zone in (KEPT, DROPPED)
    )
    sizes = parts.areas * parts.index.size
    # A stroke is thin: a part of which it covers a little is meant. A box is not.
    is_kept, is_dropped = (kept > 0) & (kept >= dropped), dropped > 0.3 * sizes
    is_dropped |= (dropped > kept) & (dropped > 0.04 * sizes)
    marked = is_kept | is_dropped
    background, seen = np.where(marked, 0, background), np.where(marked, 0, seen)
    return background + _SAID * is_dropped, seen + _SAID * is_kept


def _smoothed(parts: Parts, apart: Doubles, background: Doubles, seen: Doubles) -> Doubles:
    """Least squares: background near 0, what is seen near 1, parts of one colour alike."""
    alike = np.where(parts.touching, np.exp(-(apart**2) / (2 * _LOOSE**2)) + 0.05, 0)
    system = np.diag(alike.sum(axis=1) + background + seen + 1e-6) - alike
    found = _solved(system, seen)
    low, high = float(found.min()), float(found.max())
    return np.asarray((found - low) / max(high - low, 1e-9))


def _solved(system: Doubles, wanted: Doubles) -> Doubles:
    """Conjugate gradients: LAPACK's last digits depend on how many threads it was given."""
    diagonal = np.diag(system)
    found = wanted / diagonal
    rest = wanted - _times(system, found)
    step = rest / diagonal
    held = float((rest * step).sum())
    for _ in range(_MOST_ROUNDS):
        ahead = _times(system, step)
        far = held / max(float((step * ahead).sum()), 1e-300)
        found, rest = found + far * step, rest - far * ahead
        eased = rest / diagonal
        next_held = float((rest * eased).sum())
        if next_held < 1e-18:
            break
        step, held = eased + next_held / held * step, next_held
    return found


def _times(matrix: Doubles, vector: Doubles) -> Doubles:
    return np.asarray((matrix * vector[np.newaxis]).sum(axis=1))


def _distances(points: Floats) -> Doubles:
    wide = points.astype(np.float64)
    squares = [np.square(part[:, np.newaxis] - part[np.newaxis]) for part in wide.T]
    return np.asarray(np.sqrt(sum(squares)), dtype=np.float64)
