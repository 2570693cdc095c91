"""The vendors' SDKs, with our time-outs and our errors; for whoever speaks with that vendor."""
