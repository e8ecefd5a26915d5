"""What every HTML page shares: the skeleton with its colours, escaping, and how figures are written.

Each room that makes pages keeps its own templates. Nothing in here knows what a page is about.
"""
