"""Works that show one picture: found by their bytes, pixels, hashes and marks, kept in groups."""
