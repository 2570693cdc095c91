"""Calls, written down one by one: to the world outside and from there, and who may call."""
