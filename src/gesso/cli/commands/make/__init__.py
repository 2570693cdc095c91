"""Commands of the verb make."""
