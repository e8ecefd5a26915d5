"""Features: numbers that describe a consignment, declared in features/*.toml and computed here, one function each.

No model, score or reason belongs here. History comes in only as the ledger gives it, for days before the filing.
"""
