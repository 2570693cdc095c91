"""Archives, read where they lie: nothing is ever unpacked onto the disk."""
