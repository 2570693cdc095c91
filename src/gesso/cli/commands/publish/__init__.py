"""What is done with pictures that leave the studio, or come from elsewhere."""
