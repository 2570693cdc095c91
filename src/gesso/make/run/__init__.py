"""A run: many items on their way from a theme or a prompt to a kept picture."""
