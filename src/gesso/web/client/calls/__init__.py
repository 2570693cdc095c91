"""The calls of the client, a group a module."""
