"""The model: trees, calibration and card as text files in one folder per version, and the registry of versions.

No training belongs here, and nothing is stored as a pickle.
"""
