"""Tools of colour."""
