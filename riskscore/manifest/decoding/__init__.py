"""Bytes of a text file to UTF-8: which encoding they are in, and text that was decoded wrongly before.

What the text says does not belong here.
"""
