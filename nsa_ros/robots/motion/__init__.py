"""Commands within limits, and when to give them."""
