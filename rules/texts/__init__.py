"""What rules hold between quotes: expressions, templates, and what of them is shown."""
