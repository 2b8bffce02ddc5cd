"""Signing as cameras and motion capture give it: landmarks of detectors, skeletal animation, fits. NumPy only."""
