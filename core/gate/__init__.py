"""The photo gate: what is wrong with a photo of a face, measured and said in plain words with what to do about it."""
