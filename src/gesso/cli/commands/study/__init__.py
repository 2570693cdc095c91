"""Commands of the verb study."""
