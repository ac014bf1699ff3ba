"""Transports: how records come in that nobody put into a folder. Each ends in a file in the landing folder of its source; the rest is ordinary ingest."""
