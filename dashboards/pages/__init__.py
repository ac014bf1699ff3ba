"""One module a page: PATH, TITLE, layout(), register_callbacks(app)."""
