"""Fetching from hosts that are not ours: asked for, within their rate, and never inwards."""
