"""Headings and cells: which canonical column a heading means, and how texts, numbers, dates and places are read.

No file format and no decision to refuse a row belongs here: this room knows headings and columns of values.
"""
