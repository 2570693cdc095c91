"""Calls of the verb study."""
