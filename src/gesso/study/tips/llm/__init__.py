"""Tips worded by an llm, from measurements alone, and checked before anybody reads them."""
