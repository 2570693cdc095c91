"""What the catalogue is written on: tables, their history, the database and the disk."""
