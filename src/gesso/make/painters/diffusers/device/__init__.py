"""What torch has on this machine: devices, kinds of numbers, memory."""
