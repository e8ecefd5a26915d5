"""Explanation quality: how good the reasons are, measured on simulated data, where it is known what was planted.

No model is trained or changed here. What checks the sentences may not use the engine's features or its ledger.
"""
