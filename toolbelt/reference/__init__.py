"""The tables of docs/rules.md: what rules may say, read off the model, the actions and Heroku's events."""
