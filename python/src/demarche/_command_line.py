"""The command line ``demarche``, which is that of the program."""

import sys

from demarche import _demarche


def main() -> None:
    """Run the command line with this process's arguments, and end the process with its exit code."""
    sys.exit(_demarche.command_line(sys.argv))
