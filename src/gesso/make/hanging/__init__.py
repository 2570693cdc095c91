"""Where kept pictures can be looked at outside the catalogue: a folder, and one sheet of all."""
