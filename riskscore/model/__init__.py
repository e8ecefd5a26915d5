"""The model: trees, calibration and card, kept together in one folder a version and never as a pickle."""
