"""The models: one bare SELECT a file under mart/, in DuckDB's dialect, one CTE a step. What reads what is parsed from the SQL itself (graph.py)."""
