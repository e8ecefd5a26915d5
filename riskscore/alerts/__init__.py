"""Alerts: watch lists and intelligence of other services, read, checked, and matched with consignments.

An alert never changes a score: no feature and no model may be imported here.
"""
