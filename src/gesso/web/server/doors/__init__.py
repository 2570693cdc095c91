"""The doors: who may ask, under which name, how often, how much, and what is noted of it."""
