"""How the command line is used: options with several paths, the layout of help, wrong calls, and how a command ends.

Only what every command shares belongs here; the commands themselves are in `riskscore.cli`.
"""
