"""What the offline writer knows of words: its lexicon, its thesaurus, its plain words."""
