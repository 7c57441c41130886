"""Enrolment and sign-in."""
