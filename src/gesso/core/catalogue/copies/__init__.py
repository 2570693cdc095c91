"""Copies of a studio: its blobs in step with another store, backups, and the way back from them."""
