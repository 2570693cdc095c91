"""Tools of light and dark."""
