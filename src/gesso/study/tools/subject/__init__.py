"""What a picture is of: an estimate of its subject, cut out, corrected by strokes and a box."""
