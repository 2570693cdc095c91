"""Indoors: a nave, a window, a table."""
