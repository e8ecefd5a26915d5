"""Scoring: from a matrix to a margin, a probability and a rank for every consignment."""
