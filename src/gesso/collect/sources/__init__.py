"""Where art comes from: one file each."""
