"""What other programs and sites are told of works: lists, feeds, cards for links."""
