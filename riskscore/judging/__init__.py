"""Judging: how good an order of boxes and their probabilities are, once their labels are known, with intervals.

It sees labels and scores only. What is judged, and on which rows, is decided in `training` and `engine`.
"""
