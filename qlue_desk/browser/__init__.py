"""The same desk in a browser: a sign-in in front of textual-serve's terminal page."""
