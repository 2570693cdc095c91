"""What verbs are put together from: who writes and judges, and the engine of bulk work."""
