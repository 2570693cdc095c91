"""What the owner wishes, in typed sections: the only reader of the environment.

`load` returns the settings in force, and they know of each value where it came from.
"""

from gesso.settings.reading import find_folder, load
from gesso.settings.settings import Origin, Settings

__all__ = ["Origin", "Settings", "find_folder", "load"]
