"""What-if: past nights under another policy, before anything is switched.

policy.py  what is tried          trial.py  what it would have opened and found
past.py    what the nights did    page.py   the same as a page
"""
