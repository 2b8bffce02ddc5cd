"""A robot tried before hardware: its commands in physics, what a reader would see of them, pictures and pages."""
