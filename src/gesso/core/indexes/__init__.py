"""From vectors to neighbours: their truth on disk, and indexes over it that can be thrown away."""
