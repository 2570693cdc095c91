"""Models that the owner adds to find a subject: ONNX files, run on this machine."""
