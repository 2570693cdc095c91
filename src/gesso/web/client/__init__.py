"""A client of a studio's server, with a typed method for every operation of its API."""

from gesso.web.client.client import Client

__all__ = ["Client"]
