"""Find works, fill and look after the spaces they are found in."""
