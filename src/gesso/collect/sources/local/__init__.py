"""Art that lies on this machine, and lists of what lies elsewhere."""
