"""Pictures as pixels: in by one safe door, measured, reduced, and out again with their recipe."""
