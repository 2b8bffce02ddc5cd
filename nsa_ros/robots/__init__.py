"""SMPL-X hands and arms to the joints of a robot, within its limits."""
