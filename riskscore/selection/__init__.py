"""Selection: which consignments are opened on a day, by which share, and what that shows about those left closed.

No score is computed and no lake is read here: the only file that this room reads is the one with the capacities.
"""
