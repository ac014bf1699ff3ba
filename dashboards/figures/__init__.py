"""Pure functions from a polars frame to a plotly figure."""
