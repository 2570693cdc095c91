"""What is done with works once they are here: captions, curation, ways out."""
