"""Explanations: how good the reasons are, measured where a simulation knows what was planted.

planted.py       do they name what smugglers planted
stability.py     do they stay under changes that mean nothing
faithfulness.py  does the score fall without what they name
"""
