"""Whether to believe it: suites over core and mart tables, run by Great Expectations, outcomes kept as a table."""
