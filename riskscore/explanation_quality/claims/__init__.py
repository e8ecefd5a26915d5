"""Claims: the value of every feature and of every field of a sentence, worked out from a Case in plain Python.

One module a family of features, as in features/. Nothing of the engine's own computing may be imported here.
"""
