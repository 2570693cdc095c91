"""Sites without an open door: listed by a gallery-dl that the owner installed, as its own process.

gallery-dl is licensed GPL-2.0-only. It is never imported, never shipped and never installed by
gesso; it is asked for metadata as JSON, and the pictures are fetched by the polite fetcher.
"""
