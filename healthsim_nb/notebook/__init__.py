"""The notebook: ``%hs``, ``%sql`` on the same database, and displays. Only this room knows IPython."""
