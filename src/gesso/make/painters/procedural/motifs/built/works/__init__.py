"""Works of engineers: bridges, towers."""
