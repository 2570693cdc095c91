"""Sound: from bytes to what is heard in them."""
