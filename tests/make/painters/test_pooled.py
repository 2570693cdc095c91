"""Pictures painted in worker processes."""

from __future__ import annotations

import pickle

from gesso.core.outside.desk import Desk
from gesso.core.pixels.derived.develop import develop_picture
from gesso.core.runner.workers import Workers
from gesso.make.critics.measures import measure
from gesso.make.painters.painter import Order
from gesso.make.painters.pooled import PooledPainter, paint_alone, ready_to_paint
from gesso.make.painters.procedural.painter import ProceduralOptions, ProceduralPainter

ORDER = Order("A bridge over a river at night. Key: low (25).", "", 96, 64, 7)


def test_a_worker_paints_the_picture_that_this_process_paints() -> None:
    painter = ProceduralPainter(ProceduralOptions(), Desk.offline())

    with Workers(1, initializer=ready_to_paint) as workers:
        pooled = PooledPainter(painter, workers, (develop_picture, measure))
        elsewhere = [pooled.paint(ORDER).picture for _ in range(3)]

    here = painter.paint(ORDER).picture
    assert elsewhere == [here] * 3
    assert elsewhere[0].once(develop_picture) == here.once(develop_picture)


def test_a_developed_painting_travels_as_its_file_alone() -> None:
    painter = ProceduralPainter(ProceduralOptions(), Desk.offline())

    raw = paint_alone(painter, ORDER, (measure,)).picture
    packed = paint_alone(painter, ORDER, (develop_picture, measure)).picture

    without_file = len(pickle.dumps(packed)) - len(packed.once(develop_picture).data)
    assert without_file < len(pickle.dumps(raw)) - raw.rgb.nbytes // 2
    assert packed == raw
