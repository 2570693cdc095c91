"""What is measured in a picture, each figure under an id of its own."""
