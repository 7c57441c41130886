"""The desk's half of the wire: transport, pull, push, files, signing in, and the engine that runs them."""
