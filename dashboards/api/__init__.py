"""The HTTP API beside the dashboards."""
