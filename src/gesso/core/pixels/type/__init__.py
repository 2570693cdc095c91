"""Type to set words on pictures with, under the Open Font License."""
