"""Captions by an llm that is shown the picture, checked before anybody reads them."""
