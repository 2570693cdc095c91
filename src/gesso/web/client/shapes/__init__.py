"""What the calls send and bring, as plain dictionaries."""
