"""The central server: the one truth that every desk of a city converges to."""
