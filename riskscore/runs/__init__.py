"""Nightly runs as the lake records them: their log, their filings, the ledger, and scoring a run again.

No inbox, slate or report belongs here: this room only knows what runs have written to the lake.
"""
