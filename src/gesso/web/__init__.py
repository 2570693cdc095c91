"""The studio over HTTP: an API now, pages on the same server."""
