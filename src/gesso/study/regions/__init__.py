"""Big shapes: a picture's values flattened, cut into levels, merged into masses."""
