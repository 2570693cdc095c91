"""What is said of works: captions, labels, scores, and which of them are one picture."""
