"""What every request passes, whatever it asks for: guards, limits, problems, uploads."""
