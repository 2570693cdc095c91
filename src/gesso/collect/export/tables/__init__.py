"""What leaves: the tables, their published schemas, and the rows read from the catalogue."""
