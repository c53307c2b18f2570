"""Heroku's language: deliveries, signatures, endpoints, the client, access levels; it knows nothing of Dynohook."""
