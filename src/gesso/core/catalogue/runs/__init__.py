"""The book of runs: what was asked for, how far each item has come, round by round."""
