"""The pages of what a person has done: make, collect, runs, figures, state, settings."""
