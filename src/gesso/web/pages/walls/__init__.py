"""The pages of many works: the gallery, its sets, what was found."""
