"""Which gesso this is; it stands alone, so that everybody can ask without climbing."""

__version__ = "0.1.0"
