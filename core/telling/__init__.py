"""What is kept, in words: for the command line and the console, so that both say the same."""
