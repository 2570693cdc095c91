"""The ground a scene is composed on, the brushes that repaint it, and the light on the paint."""
