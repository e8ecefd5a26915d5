"""Simulate days of traffic with smuggling in it: parties, schemes, inspections, and the truth about each consignment.

    world ─▶ traffic (honest plans) ──┬─▶ paper (rows) ─▶ inspections ─▶ simulation (days) ─▶ write
    contraband ─▶ smuggling (schemes) ┘

A plan is what really happens to a bill: parties, goods, ports, route. Schemes alter some plans. All plans are written
by the same code, so that only the plan can give a smuggled consignment away. Nothing here reads real manifests, and no
feature, score or model belongs here. Firms, vessels and numbers are made up.
"""
