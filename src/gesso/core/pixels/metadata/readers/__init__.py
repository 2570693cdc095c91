"""One reader for each form in which others write how a picture was made."""
