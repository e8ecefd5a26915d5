"""Claims: the right value of every feature and every field of a sentence, worked out from a Case in plain Python.

There is one module per family, as in features/. No computation of the engine may be imported here.
"""
