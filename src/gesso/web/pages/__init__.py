"""Pages for people: HTML that works without JavaScript, and better with it."""
