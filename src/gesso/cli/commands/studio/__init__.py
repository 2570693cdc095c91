"""Commands that look after the studio."""
