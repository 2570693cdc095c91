"""Generations: indexes that were built, checked and put into service whole."""
