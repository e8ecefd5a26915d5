"""Case sheets: one box on at most two pages, as HTML or PDF, for the officer who decides whether to open it.

A sheet shows scores, reasons and records. No score is computed here and no reason is chosen here.
"""
