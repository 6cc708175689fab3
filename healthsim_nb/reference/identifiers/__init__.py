"""National and local identifiers: checked, and made in ranges that belong to nobody."""
