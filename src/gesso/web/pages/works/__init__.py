"""The page of a work, and what belongs to it: comparing, values, downloads, links."""
