"""Air and tone: what is done to a whole scene, once everything stands in it."""
