"""The body: SMPL-X joints and tree, rest skeleton, rotations, kinematics, limits, motion. NumPy and SciPy only."""
