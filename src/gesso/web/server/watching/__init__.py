"""What is told of the server itself: figures for Prometheus, a line for every request."""
