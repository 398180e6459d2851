"""Recording what happens to a village's own money and property."""
