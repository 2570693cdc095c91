"""A story put together, and changed."""
