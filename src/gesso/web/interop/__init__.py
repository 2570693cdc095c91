"""What other programs and sites read: IIIF, feeds, cards for links, sidecars, shared links."""
