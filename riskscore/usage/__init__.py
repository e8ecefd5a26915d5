"""How the command line is used: options with several paths, the layout of help, and messages for wrong calls.

Only what every command shares belongs here; the commands themselves are in `riskscore.cli`.
"""
