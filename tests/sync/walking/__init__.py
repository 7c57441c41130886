"""Random walks of desks and a central, after the protocol's model, over the real store and register."""
