"""Blob stores: where the bytes of pictures lie, by the hash of their content."""
