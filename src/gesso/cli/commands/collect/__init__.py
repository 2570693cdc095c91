"""Commands that bring pictures in."""
