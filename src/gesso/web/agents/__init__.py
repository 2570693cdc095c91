"""Other people's agents: they may look, search and study, and change nothing."""
