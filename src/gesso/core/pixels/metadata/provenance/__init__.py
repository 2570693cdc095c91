"""What can be believed about a picture's making: seals put on files, read, and weighed."""
