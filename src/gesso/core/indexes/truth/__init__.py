"""The truth of a space: every vector as float16 rows, and which work each row belongs to."""
