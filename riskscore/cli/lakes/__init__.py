"""The commands that work on a lake: nights, slates, outcomes, alerts, drift, and trials over past nights.

No computing belongs here: what a command does is in `riskscore.engine` and the rooms below it.
"""
