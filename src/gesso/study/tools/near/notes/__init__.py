"""Our own notes on movements and media, with cues that can be measured."""
