"""The verb make: a theme becomes a concept, a prompt, a pair; evaluated, refined, kept."""
