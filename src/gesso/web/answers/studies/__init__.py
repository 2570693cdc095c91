"""Studies as they are asked for, kept and told."""
