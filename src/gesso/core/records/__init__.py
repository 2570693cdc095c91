"""What travels through the house: frozen dataclasses of plain values, no numpy."""
