"""Rows of the pharmacy's tables, from what became of fills."""
