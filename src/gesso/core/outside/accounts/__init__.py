"""Who asked for what, and what it cost."""
