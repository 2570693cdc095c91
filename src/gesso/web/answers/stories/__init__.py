"""Stories over the web: what is asked, what is told, films in the background, stills."""
