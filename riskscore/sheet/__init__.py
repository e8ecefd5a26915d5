"""The case sheet: one box on one page or two, for whoever decides whether to open it."""
