"""What `bin/dynohook doctor` looks at: a file for each part, each of which answers findings and raises nothing."""
