"""What the command line runs, by noun."""
