"""The shelf of works, and the one door in."""
