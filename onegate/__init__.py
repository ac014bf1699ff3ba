"""The command line: parses a call, calls the rooms below, prints the answer. No logic of the domain belongs here."""
