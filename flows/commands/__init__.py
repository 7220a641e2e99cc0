"""What each command does: a module a subject, a function a command, from arguments to an exit status.

A command imports what it needs when it is run, so that those that only look something up answer at once.
"""

from __future__ import annotations

from argparse import Namespace
from importlib import import_module

_PLACES = {
    "ingest": "flows.commands.ingest",
    "rejects": "flows.commands.rejects",
    "schedule": "flows.commands.schedule",
    "search": "flows.commands.search",
    "show": "flows.commands.search",
    "export": "flows.commands.search",
    "forget": "flows.person.forget",
    "correct": "flows.person.correct",
    "reindex": "flows.commands.reindex",
    "runs": "flows.commands.upkeep",
    "doctor": "flows.commands.upkeep",
    "setup": "flows.commands.upkeep",
}


def run(args: Namespace) -> int:
    """Do what the command line asks for; returns the exit status."""
    return int(getattr(import_module(_PLACES[args.command]), args.command)(args))
