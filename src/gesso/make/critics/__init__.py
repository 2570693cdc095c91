"""The shelf of critics: they hold a picture against its prompt, and a pair against each other."""
