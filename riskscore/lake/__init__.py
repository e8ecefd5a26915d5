"""The lake: the tables that nights write and read, so that a killed run can be resumed and a past night read again.

No rule about cargo, scores or slates belongs here: this room knows tables, columns, nights and runs.
"""
