"""The engine: read, score, explain, train and evaluate, one module for each; the command line and Python both call it.

It calls the rooms below in order and keeps nothing between calls. No file formats, tables or pages belong here.
"""
