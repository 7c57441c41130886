"""Widgets that know nothing of casework."""
