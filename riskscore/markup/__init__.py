"""What all HTML pages share: the skeleton with its colours, escaping, and the format of figures.

Rooms that make pages have their own templates. Nothing here knows what a page is about.
"""
