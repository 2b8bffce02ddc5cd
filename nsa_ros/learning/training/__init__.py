"""Batches, losses and the loop that trains."""
