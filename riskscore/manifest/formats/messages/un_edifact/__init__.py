"""UN/EDIFACT: segments, the messages in a file, and what the cargo messages and stow plans among them say.

Other messages are known by name only. What a value means does not belong here.
"""
