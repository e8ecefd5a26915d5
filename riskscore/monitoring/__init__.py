"""What nights show over time: counts for drift, hit rates of opened boxes, and the report of results.

Nothing is decided or changed here, and no page is made: this room reads the lake and returns figures and sentences.
"""
