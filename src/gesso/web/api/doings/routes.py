"""The routes of doings, for programs."""

from gesso.web.api.doings.collecting import collect_routes
from gesso.web.api.doings.figures import figure_routes
from gesso.web.api.doings.jobs import job_routes
from gesso.web.api.doings.making import make_routes
from gesso.web.api.doings.runs import run_routes
from gesso.web.api.doings.studio import studio_routes

DOINGS = (job_routes, make_routes, collect_routes, run_routes, figure_routes, studio_routes)
