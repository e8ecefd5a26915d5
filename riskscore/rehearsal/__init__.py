"""The parts of a rehearsal: its stage (the world), the learner, the loop, the tally and the chart."""
