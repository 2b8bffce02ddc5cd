"""Phonology: signs as handshape, location, orientation and movement, and their motion. NumPy only."""
