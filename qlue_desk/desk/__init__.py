"""The Textual app that people at a dinas live in; the only floor that knows textual."""
