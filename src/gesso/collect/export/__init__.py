"""The catalogue out to a warehouse: checked rows of published tables, only what has changed."""
