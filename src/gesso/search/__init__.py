"""Search: by words, by picture, by colour, by values, with filters that never starve a result."""
