"""The history of the tables, one file a step, each to be run once and in order."""
