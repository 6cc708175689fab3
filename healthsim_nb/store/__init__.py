"""DuckDB: open, migrate, keep scenarios, load, query and summarise them."""
