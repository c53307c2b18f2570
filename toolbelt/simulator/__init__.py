"""A fake Heroku: apps that are deployed, crash and are rolled back, with the API and the deliveries of the real one."""
