"""A work for the viewers of museums and libraries: IIIF Image API 3 and Presentation API 3."""
