"""Walls of works: pages, outlines, spectra, and sets."""
