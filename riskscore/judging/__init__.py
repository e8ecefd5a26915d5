"""Judging: how good an order of boxes and their probabilities are, once their labels are known, with intervals."""
