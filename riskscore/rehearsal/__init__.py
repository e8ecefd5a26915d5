"""Rehearsal: policies of opening boxes tried week by week on simulated worlds: stage, learner, loop, tally, chart.

No lake and no real data belongs here: every consignment, smuggler and outcome is simulated.
"""
