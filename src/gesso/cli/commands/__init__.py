"""Commands, a file each, imported when one runs."""
