"""The figure on screen: films and stills without a display, and the page in the browser. Knows no ROS."""
