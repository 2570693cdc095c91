"""What a picture's file says about the picture: written truthfully, read with distrust."""
