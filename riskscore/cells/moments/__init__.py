"""Cells about time: dates in any usual form, the order of day and month, calendars, what a spreadsheet converted.

What was known when does not belong here.
"""
