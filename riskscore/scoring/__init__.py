"""Scoring: from a matrix and a model to a margin, a probability and a rank for every consignment.

No feature is computed and no reason is given here: this room knows the matrix and the model only.
"""
