"""Which models there are, until when, and what they cost: dated data, never code."""
