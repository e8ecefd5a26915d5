"""The simulated trading world: countries, ports, goods, firms, boxes, and how bills of lading are written.

It is built from reference tables only. No smuggling belongs here: honest and smuggled bills are written the same way.
"""
