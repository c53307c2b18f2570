"""The console: pages under /console that show what was heard, decided and done, and let a person lay hands on it."""
