"""What swims and what flies."""
