"""The command line, as ``python -m demarche``."""

from demarche._command_line import main

main()
