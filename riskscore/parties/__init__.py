"""Parties: one id for a firm over the spellings of its name."""
