"""Waiting: at a provider's door, and between two tries."""
