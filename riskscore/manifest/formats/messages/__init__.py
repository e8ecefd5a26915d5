"""Messages in which manifests travel: EDIFACT, XML of customs systems, X12, JSON, and tables that belong together.

The format of a message says what each of its fields means, so these modules return canonical columns. What a value
means (a port, a country, an HS code) does not belong here: the values are read as those of any other file.
"""
