"""A catalogue in figures: what hangs, since when, in which colours, and what it cost."""
