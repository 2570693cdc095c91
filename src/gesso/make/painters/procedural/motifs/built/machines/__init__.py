"""Machines: wheels, clocks, orreries."""
