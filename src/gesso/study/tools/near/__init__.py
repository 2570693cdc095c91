"""What a picture is near to in the catalogue: its style by vote, and references like it."""
