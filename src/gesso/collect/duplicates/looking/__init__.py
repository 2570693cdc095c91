"""Who may be a duplicate of whom: three ways to look works up, none of which has the last word."""
