"""What if: deterministic changes that show a tip before a brush is lifted."""
