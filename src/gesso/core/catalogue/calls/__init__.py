"""The calls to the world outside: written down one by one, added up for a person."""
