"""What is worked out of a picture once, when it comes in."""
