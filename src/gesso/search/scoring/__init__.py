"""How good a search is, measured on judged queries."""
