"""Pictures, colours and values: what near means, and why."""
