"""The pages of doings."""

from gesso.web.pages.doings.collecting import collect_pages
from gesso.web.pages.doings.making import make_pages
from gesso.web.pages.doings.runs import run_pages

DOING_PAGES = (make_pages, collect_pages, run_pages)
