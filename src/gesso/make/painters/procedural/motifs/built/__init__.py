"""Towns, works, machines, vessels, rooms: what people have made."""
