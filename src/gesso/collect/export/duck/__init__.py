"""A DuckDB file with tables and views, and questions to it that can only read."""
