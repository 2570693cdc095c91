"""The command line: a thin face over the studio's verbs."""
