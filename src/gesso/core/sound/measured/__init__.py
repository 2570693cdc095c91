"""What is measured in samples, a file each."""
