"""Face landmarks to the open expression basis of `body.face`, jaw, gaze and the turn of the head. NumPy only."""

from nsa_ros.capture.face.head import head_rotation
from nsa_ros.capture.face.motion import FaceMotion, face_motion

__all__ = ["FaceMotion", "face_motion", "head_rotation"]
