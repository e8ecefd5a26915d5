"""A simulated world of container traffic: honest trade with all its faults, and smuggling that hides in it.

    names ─┐
    world ─┼─▶ parties ─▶ traffic (plans) ─┬─▶ paper (canonical rows) ─▶ inspections ─▶ simulation (days) ─▶ write
    draws ─┘               schemes ────────┘

A **plan** is what really happens to a bill: who, what, from where, by which way. `schemes` bends some plans;
`paper` writes all of them down with the same pen, so that nothing but the plan tells a smuggler apart. Nothing
in the simulated data is real: firms, vessels and numbers are made up.
"""
