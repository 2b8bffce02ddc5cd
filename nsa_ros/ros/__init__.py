"""Nodes and messages: the only room that imports rclpy."""
