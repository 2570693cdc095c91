"""The shelf of painters: one file each, one row in the registry of `painter.py`."""
