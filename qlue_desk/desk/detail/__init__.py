"""One report in full."""
