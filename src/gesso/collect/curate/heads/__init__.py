"""What is learnt from examples: a regularised logistic head that knows when to be silent."""
