"""Sounds and words in one space, by a model of the owner's."""
