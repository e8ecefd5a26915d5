"""Explaining: what moved a score, as contributions, as sentences with values, and as a picture."""
