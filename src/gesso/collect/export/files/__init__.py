"""Shards in a folder: written whole, named by a manifest with their hashes."""
