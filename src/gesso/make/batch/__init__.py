"""Batches: a file of prompts goes in, a folder of results comes out."""

from gesso.make.batch.entries import BadEntry, Entries, Entry, read_entries

__all__ = ["BadEntry", "Entries", "Entry", "read_entries"]
