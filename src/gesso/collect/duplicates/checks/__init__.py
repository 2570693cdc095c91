"""Do two pictures show one work? What they are held against each other by, and what that says."""
