"""Skies, land, water, plants: what the settings are made of."""
