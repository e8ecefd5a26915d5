"""The jobs that work on a lake: the night, its slates, what inspections found, and reports."""
