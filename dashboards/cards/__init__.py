"""Composed pieces of a page: tiles, league tables, definition cards."""
