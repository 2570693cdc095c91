"""What only one database has: words, triggers, checks; and the one that is a server."""
