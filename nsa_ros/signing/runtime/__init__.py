"""ONNX Runtime: which provider works here, sessions on it, engines that were built ahead, and what its errors mean."""
