"""The HTML reports: night, results, drift, what-if, evaluation and comparison of models, with their charts.

Nothing is computed here but what is drawn. Figures and sentences come from the rooms below, and every text is escaped.
"""
