"""What a person has the studio do over the web: runs of making and collecting, and how they go."""
