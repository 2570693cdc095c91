"""What two verbs need; nothing here bears a verb's name, and imports run down only."""
