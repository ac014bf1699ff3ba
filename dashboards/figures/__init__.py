"""Pure functions from a polars frame to a figure in plotly's JSON form."""
