"""The pages of sounds."""
