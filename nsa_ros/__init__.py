"""nsa_ros: English text to continuous American Sign Language motion on SMPL-X joints, streamed over ROS 2."""

__version__ = "0.1.0"
