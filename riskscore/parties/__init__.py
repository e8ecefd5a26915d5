"""Parties: one id for each firm, despite different spellings of its name.

No history and no other row belongs here: an id depends on one name (and the consignee's number) alone.
"""
