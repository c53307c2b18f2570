"""What receiver and workers share: settings, the Redis layout and its scripts, logs, metrics."""
