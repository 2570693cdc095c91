"""From pictures and words to vectors: one file or folder an encoder, one space each."""
