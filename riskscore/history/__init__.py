"""History: what was known about a consignment's parties, lane and goods on the day before it was filed.

No feature or score belongs here, and nothing of the same day or later: this room counts past filings and findings.
"""
