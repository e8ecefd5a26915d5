"""The lake: the tables that the nights write and read, kept so that a night can be killed and a past one seen again.

tables.py  what each table holds          io.py      opening, reading, appending, exactly once
store.py   where a lake is, its secrets   past.py    the state as after a past night
upkeep.py  compacting, exporting          health.py  sizes, and files that no version refers to
"""
