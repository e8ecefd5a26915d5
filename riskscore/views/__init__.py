"""What commands print: scores, explanations, comparisons and reports as sentences and tables of text.

No computing, no HTML and no options of commands belong here: views lay out what other rooms return.
"""
