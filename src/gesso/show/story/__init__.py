"""Stories: works in order as a film, with its music."""
