"""What can be said of a picture from its pixels alone."""
