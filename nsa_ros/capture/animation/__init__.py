"""Skeletal animation (BVH, glTF 2.0, VRM) to SMPL-X motion: read, recognise the rig, retarget, report."""
