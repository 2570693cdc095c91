"""How work on the collection is told, while it goes on and when it has ended."""
