"""`python -m riskscore` is the same as `riskscore`."""

from riskscore.cli import main

main()
