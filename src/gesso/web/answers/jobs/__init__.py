"""What the server does in the background, and how it is told while it goes on."""
