"""Alerts: watch-list entries and intelligence of other services, and which consignments they name.

schema.py     what an alert is, its vocabularies and handling     rules.py      accepted, or in quarantine
files.py      CSV, JSON and STIX in and out                       stix.py       STIX 2.1 in; bundle.py  STIX 2.1 out
spelling.py   what a name says; sounds.py  how it sounds           addresses.py  what an address says
pairs.py      which names are worth comparing                     compare.py    how alike two are, in words
match.py      alerts x consignments -> matches                    decisions.py  "not the same", and what is in force

An alert never touches a score: it stands beside it.
"""
