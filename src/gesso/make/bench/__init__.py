"""Each step of making, alone: paint, evaluate, refine, paint again."""
