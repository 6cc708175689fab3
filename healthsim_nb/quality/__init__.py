"""Is it right, and is it real: what is checked of a scenario's records."""
