"""The shelf of writers: they conceive, write prompts and refine them."""
