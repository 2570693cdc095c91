"""Pictures painted in worker processes."""

from __future__ import annotations

from gesso.core.outside.desk import Desk
from gesso.core.pixels.derived.develop import develop_picture
from gesso.core.runner.workers import Workers
from gesso.make.critics.measures import measure
from gesso.make.painters.painter import Order
from gesso.make.painters.pooled import PooledPainter, ready_to_paint
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
