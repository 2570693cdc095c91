"""The music that fits a picture, and the pictures that fit a track."""
