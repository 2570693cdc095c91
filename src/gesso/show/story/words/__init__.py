"""What is said in a story: titles, labels, and the lines between its pictures."""
