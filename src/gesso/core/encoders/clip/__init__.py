"""Models of pictures and words in the layout that Immich uses, run by onnxruntime."""
