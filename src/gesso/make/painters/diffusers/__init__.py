"""The painter that paints on this machine, with any pipeline of diffusers that the owner has."""
