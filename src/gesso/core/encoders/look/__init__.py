"""The embedded encoder: what a picture looks like, without weights. It knows no subjects."""
