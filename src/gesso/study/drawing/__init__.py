"""Drawing the sheets of a study: flat shapes, small type, true values."""
