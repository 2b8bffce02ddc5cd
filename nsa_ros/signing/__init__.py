"""Signing: the run time from text to samples: bundle, planner, sampler, stream, timeline, limits. No torch, no ROS."""
