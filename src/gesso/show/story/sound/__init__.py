"""The soundtrack of a story: tracks that are joined, or a score, brought to one loudness."""
