"""Who stands on the shelf of indexes: one file each."""
