"""Readers: one file in, batches of text records and rejects out. They know formats, not feeds."""
