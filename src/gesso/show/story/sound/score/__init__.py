"""A score for works without music: chords, soft voices, a key for each mood."""
