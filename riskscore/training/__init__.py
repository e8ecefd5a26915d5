"""Train models, judge them, compare two of them, and decide whether one may be promoted.

Labels come from outcomes of inspections or from a simulation's truth. Nothing that scores in service imports this room.
"""
