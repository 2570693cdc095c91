"""Tests of the desk and what stands behind it."""
