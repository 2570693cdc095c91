"""The composition root: settings in, the verbs out, each built when it is first used."""

from gesso.studio.adapters import built, with_key
from gesso.studio.making import SOFTWARE
from gesso.studio.studio import Studio

__all__ = ["SOFTWARE", "Studio", "built", "with_key"]
