"""Models of language: a structured answer to a schema, with or without pictures."""
