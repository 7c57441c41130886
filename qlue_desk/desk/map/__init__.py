"""The map of a view."""
