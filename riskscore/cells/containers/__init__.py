"""Cells about containers: numbers, types and seals, one or several in a cell.

What a container's number says about risk does not belong here.
"""
