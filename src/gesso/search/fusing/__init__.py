"""Many rankings into one, in pages that stay as they are."""
