"""Run the command line with `python -m riskscore`."""

from riskscore.cli import main

main()
