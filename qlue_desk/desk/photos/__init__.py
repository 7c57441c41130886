"""Photos of a report, inside the terminal."""
