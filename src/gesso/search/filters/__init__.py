"""Filters: read with their places, applied to columns, counted as facets."""
