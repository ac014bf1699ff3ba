"""What leaves the dashboards as a file: a page's tables as CSV and Excel, each with its filters and date, and nothing in it that can run."""
