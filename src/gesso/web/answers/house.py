"""What every route of the server stands on."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.show.charts.charts import Charts
from gesso.show.gallery import Gallery
from gesso.show.iiif.images import Images
from gesso.show.sharing import Shares
from gesso.studio import Studio
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.answers.quick import Quick
from gesso.web.answers.searching import Searches
from gesso.web.answers.studies.studies import Studies
from gesso.web.server.health import Watch
from gesso.web.server.options import ServerOptions
from gesso.web.server.work import Desk


@dataclass(frozen=True)
class House:
    """What every route of the server stands on.

    Attributes:
        studio: open; whoever opened it closes it.
        options: how the server is run.
        name: of the studio, for headings.
        desk: runs what takes a core or asks the catalogue, in threads.
        watch: what `/health` tells.
        gallery: what is shown.
        studies: the last studies, whose sheets can be asked for.
        searches: the last answers.
        jobs: what is done in the background.
        charts: the catalogue in figures.
        images: the pictures of works, part by part.
        shares: links by which works are shown outside.
        quick: what can be sent at once.
    """

    studio: Studio
    options: ServerOptions
    name: str
    desk: Desk
    watch: Watch
    gallery: Gallery
    studies: Studies
    searches: Searches
    jobs: Jobs
    charts: Charts
    images: Images
    shares: Shares
    quick: Quick
