"""The supervisor's numbers."""
