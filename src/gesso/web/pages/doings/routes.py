"""The pages of doings."""

from gesso.web.pages.doings.collecting import collect_pages
from gesso.web.pages.doings.figures import figure_pages
from gesso.web.pages.doings.making import make_pages
from gesso.web.pages.doings.runs import run_pages
from gesso.web.pages.doings.studio import studio_pages

DOING_PAGES = (make_pages, collect_pages, run_pages, figure_pages, studio_pages)
