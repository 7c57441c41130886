"""The desk's local database: everything a desk knows, readable and writable without a network."""
