"""Sounds over HTTP, for programs."""
