"""Works sorted by words, or by a person's own examples; a person's label wins."""
