"""Trained networks to a bundle of ONNX graphs."""
