"""Taking in what sources offer: from the list to works in the catalogue."""
