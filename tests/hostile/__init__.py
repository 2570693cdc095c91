"""Files and names that mean harm, at the real door."""
