"""The client's methods, a class for each group of endpoints."""
