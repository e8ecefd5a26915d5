"""Messages of customs systems in XML: ASYCUDA, entry summary declarations, ICS2, WCO cargo reports, China's MT.

What a value means (a port, a country, an HS code) does not belong here: the values are read as those of any other file.
"""
