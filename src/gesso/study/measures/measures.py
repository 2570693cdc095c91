"""All measurements of a picture, by id."""

from __future__ import annotations

import math

from gesso.study.easel import Easel
from gesso.study.measures.balance import measure_balance
from gesso.study.measures.colour import measure_colour
from gesso.study.measures.edges import measure_edges
from gesso.study.measures.focus import measured_focus
from gesso.study.measures.mass import measure_mass
from gesso.study.measures.value import measure_notan, measure_value

_DIGITS = 6
"""No figure says more, and the last digits of a sum are nobody's."""


def measure(easel: Easel) -> dict[str, float]:
    """Measure everything that can be measured.

    Returns:
        Values by id, each finite; what has no meaning in this picture (the hue of a gray one) is
        left out.
    """
    found = (
        easel.once(measure_value)
        | easel.once(measure_notan)
        | easel.once(measure_mass)
        | easel.once(measure_edges)
        | easel.once(measured_focus)
        | easel.once(measure_balance)
        | easel.once(measure_colour)
    )
    return {name: round(value, _DIGITS) for name, value in found.items() if math.isfinite(value)}
