"""Titles, captions, tags and scores for works: measured, or asked of an llm; a person wins."""
