"""Matching that is learnt from pairs of pictures and tracks that a person put together."""
