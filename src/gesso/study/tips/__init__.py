"""Exactly two things worth doing next, each resting on a measurement."""
