"""The catalogue: works, runs, calls and troubles in one database, pictures in a blob store."""
