"""Manifests as they arrive: recognise the format, read, normalise, and put bad rows in quarantine.

No feature, score or history belongs here: this room knows files and what they say, and nothing about risk.
"""
