"""What runs: the two towers, and how pictures and words are made ready for them."""
