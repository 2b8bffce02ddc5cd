"""What is wrong with the description of a robot, and what to do."""
