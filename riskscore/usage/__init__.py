"""How the command line answers a reader: the layout of its help, and its messages for wrong calls.

Only what every command shares belongs here; the commands themselves are in `riskscore.cli`.
"""
