"""The notebook: ``%hs``, ``%sql`` on the same database, and displays; only here lives IPython."""
