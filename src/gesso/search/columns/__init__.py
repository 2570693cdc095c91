"""What works are filtered and compared by, in columns that follow the catalogue."""
