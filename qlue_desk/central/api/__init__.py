"""Central's HTTP: the desks' protocol under /v1, and what operators watch."""
