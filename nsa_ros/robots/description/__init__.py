"""What a robot is: its YAML file and its URDF."""
