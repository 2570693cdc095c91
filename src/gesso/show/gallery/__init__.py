"""The gallery: which works hang, in which order, what each tile says, and one work close up."""

from gesso.show.gallery.gallery import Gallery
from gesso.show.gallery.wall import Order, Room, Wall

__all__ = ["Gallery", "Order", "Room", "Wall"]
