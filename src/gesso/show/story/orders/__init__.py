"""Orders in which works follow one another."""
