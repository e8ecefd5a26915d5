"""Proposal: settings for a file with a service's own headings, as TOML to review, correct and keep.

What belongs here: looking at a file's columns and deciding what each may be. What does not: reading the file by the
settings (manifest), and what the settings mean (settings, features).
"""
