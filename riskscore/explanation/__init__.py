"""Explanation: why a consignment has its score, as contributions, sentences, checks that would clear it, and a picture.

No feature is computed, no model is trained and no box is selected here. Alerts and published cases do not belong here.
"""
