"""Words: read as they were typed, widened by what they stand for, ranked."""
