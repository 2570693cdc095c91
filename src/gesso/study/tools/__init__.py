"""The tools of a study: each reads one thing, shows it, and says it in a sentence."""
