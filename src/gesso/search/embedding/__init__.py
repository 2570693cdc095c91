"""Works into vectors, resumable; vectors of others brought in."""
