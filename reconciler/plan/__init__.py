"""The plan as a value: sorted, counted, hashed, renderable, refusable. Pure; knows no vendor by name."""
