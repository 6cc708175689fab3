"""What was decided about coverage and money becomes rows of the canonical tables."""
