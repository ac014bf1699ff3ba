"""What people see: Dash pages, figures, words, exports. The only importer of dash and plotly; data comes through gate.py alone."""
