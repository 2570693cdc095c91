"""Tools of shape, place and colour."""
