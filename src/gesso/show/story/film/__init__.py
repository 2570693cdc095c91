"""The film of a story: what stands on the wall, how it changes, and the files that it becomes."""
