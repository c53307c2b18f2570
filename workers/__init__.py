"""The worker process: decides about events and acts on Heroku."""
