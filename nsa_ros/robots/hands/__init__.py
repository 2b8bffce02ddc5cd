"""The joints of a robot's hands for the signer's hands."""
