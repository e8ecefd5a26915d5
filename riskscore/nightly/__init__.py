"""The nightly run: load the inbox into the lake, score, draw the slates and compare the nights, each step once.

No rule of scoring or selection, no page and no command belongs here: this room only puts the steps in order.
"""
