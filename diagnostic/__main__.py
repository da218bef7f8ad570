"""`python -m diagnostic` is the command `diagnostic`."""

from diagnostic.cli import main

main()
