"""Everything that other programs and sites read."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from gesso.web.answers.house import House
from gesso.web.interop.cards import card_routes
from gesso.web.interop.feeds import feed_routes
from gesso.web.interop.images import image_routes
from gesso.web.interop.presentation import presentation_routes
from gesso.web.interop.shared import shared_routes

INTEROP: tuple[Callable[[House], APIRouter], ...] = (
    image_routes,
    presentation_routes,
    feed_routes,
    card_routes,
    shared_routes,
)
