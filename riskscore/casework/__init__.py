"""What officers work with in a lake: the slates, the outcomes of inspections, and the alerts of other services.

No report, page or model belongs here: this room only reads and writes these records.
"""
