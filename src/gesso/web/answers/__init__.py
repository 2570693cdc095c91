"""What the server keeps between its routes and the verbs: questions read, answers kept."""
