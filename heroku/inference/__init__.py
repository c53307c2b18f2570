"""Heroku's Managed Inference and Agents: what may be asked, and the stream that answers."""
