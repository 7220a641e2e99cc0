"""The command line: reads arguments, calls what does the work, and says in plain words how it went.

Prefect is imported by ``ingest`` alone, and only where there is something to do, so that every other
command answers at once.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from flows import __version__
from flows.errors import AGAIN, ENDED, JianghuaError, in_words

FULL_BYTES = 1 << 16
"""Less free disk than this is none: a page of the catalog's log may need more."""
WRITES = ("ingest", "rejects", "forget", "correct", "reindex")
"""Commands that may fail for want of room."""
EPILOG = """\
exit status: 0 done, 1 done with new rejects, 2 could not do it, 130 stopped by Ctrl-C (it goes on next time)
settings: JIANGHUA_ARCHIVE, JIANGHUA_ENGINE, JIANGHUA_WORKERS, JIANGHUA_PAGE_BYTES, JIANGHUA_PREFECT_API_URL,
JIANGHUA_TEXT_FIELDS (and HTML_, TITLE_, URL_, TIME_, CAPTURED_FIELDS),
from the environment, then .env, then flags, the last one given counts
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that has no Chinese must not end a command
            stream.reconfigure(errors="backslashreplace")
    args = argparse.Namespace(debug=False, archive=None, command="")
    try:
        args = build_parser().parse_args(_protect(sys.argv[1:] if argv is None else argv))
        from flows import commands

        status = commands.run(args)
        sys.stdout.flush()  # so that a reader who has gone is noticed here, not at the interpreter's end
        return status
    except KeyboardInterrupt:
        return _say("stopped; run the same command again to go on", ENDED.stopped)
    except BrokenPipeError:
        _silence_stdout()
        return ENDED.done
    except Exception as error:
        if args.debug:
            raise
        return _say(_words(error, args), ENDED.failed)


def _protect(argv: Sequence[str]) -> list[str]:
    """Let a query leave something out: ``-试读`` and ``-level:county`` are no options, and argparse takes
    a word with a space for an argument.

    >>> _protect(["search", "招商", "-试读", "-level:county", "--json", "-o"])
    ['search', '招商', ' -试读', ' -level:county', '--json', '-o']
    """
    if not argv or argv[0] not in ("search", "export"):
        return list(argv)
    return [f" {arg}" if _leaves_out(arg) else arg for arg in argv]


def _leaves_out(arg: str) -> bool:
    if arg[:1] != "-" or arg[1:2] in ("", "-"):  # a dash alone is a name for the standard output
        return False
    return not arg[1:2].isalpha() or not arg.isascii() or ":" in arg


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands, each with its help."""
    parser = argparse.ArgumentParser(
        prog="jianghua",
        description="Dumps of scraped Chinese speech pages in, a searchable archive out.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"jianghua {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_ingest(commands)
    _add_search(commands)
    _add(commands, "show", "one speech with its tags, their evidence, its sources and its text").add_argument(
        "id", metavar="ID", help="the id of a speech, as search prints it; the first six digits will do"
    )
    _add_export(commands)
    rejects = _add(commands, "rejects", "what was not taken, by reason, and where it is")
    rejects.add_argument("--retry", action="store_true", help="read those dump files once more")
    rejects.add_argument("--workers", type=_count, metavar="N", help="processes that compute (one a core)")
    _add_person(commands)
    _add(commands, "runs", "what each run did")
    reindex = _add(commands, "reindex", "build the search index anew from the archive, and swap it in")
    reindex.add_argument("--rollback", action="store_true", help="back to the index before, up to date")
    index = reindex.add_argument("--engine", choices=("embedded", "elasticsearch"))
    index.help = "search engine (default: embedded)"
    _add(commands, "doctor", "check the archive and say what to do about what is wrong")
    _add_schedule(commands)
    setup = _add(commands, "setup", "set up Elasticsearch (templates, roles, users) and furnish Kibana")
    setup.add_argument("--without-kibana", action="store_true", help="Elasticsearch alone")
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    command.add_argument(
        "--archive", type=Path, metavar="DIR", help="folder of the archive (default: archive)"
    )
    command.add_argument("--json", action="store_true", help="print JSON for other programs")
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return command


def _add_ingest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    ingest = _add(commands, "ingest", "take dump files into the archive; what it knows already is left out")
    ingest.epilog = (
        "reads text, Markdown, HTML, MHTML, JSONL, CSV, TSV and WARC, also inside gz, bz2, xz, zst, zip and "
        "tar, one in the other; at addresses such as s3://bucket/2007/*.gz and https://host/a.zip too, where "
        "fsspec has the driver (else it says which package to install)"
    )
    place = "a dump file, a folder of them, or the address of either (s3://, https://, file://)"
    ingest.add_argument("paths", nargs="*", metavar="PATH", help=place)
    refresh = ingest.add_argument("--refresh", action="store_true")
    refresh.help = "make anew what earlier rules made, from the archive's own copy of the pages"
    ingest.add_argument("--dry-run", action="store_true", help="say what would be read, and change nothing")
    engine = ingest.add_argument("--engine", choices=("embedded", "elasticsearch"))
    engine.help = "search engine (default: embedded)"
    ingest.add_argument("--workers", type=_count, metavar="N", help="processes that compute (one a core)")


def _add_person(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    forget = _add(commands, "forget", "take dump files or speeches out, and never take them in again")
    what = "a dump file, a folder of them, an address, or the id of a speech; for a take-down give the id"
    forget.add_argument("what", nargs="*", metavar="PATH|ID", help=what)
    forget.add_argument("--undo", action="store_true", help="let it be taken in again by the next ingest")
    forget.add_argument("--list", action="store_true", help="show what is forgotten")
    forget.epilog = (
        "a path keeps out what lies there, an id the pages themselves: a file that is renamed or copied is "
        "taken in, and a page that another dump file holds too stays, so for a take-down give the id; the "
        "archive keeps the path or the ids, and corrections for when it comes back (by id no titles and no "
        "reasons, which may quote the text)"
    )
    correct = _add(commands, "correct", "put a speech's level, region, date or title right, for good")
    words = "level, region, date or title and its value, or unknown; or: same ID, different ID"
    correct.add_argument("words", nargs="*", metavar="ID FIELD VALUE", help=words)
    correct.add_argument("--reason", default="", metavar="TEXT", help="shown as evidence")
    undo = correct.add_argument("--undo", action="store_true")
    undo.help = "take it back (--undo ID FIELD, --undo ID same ID2)"
    correct.add_argument("--list", action="store_true", help="show what is corrected, of all or of one ID")
    correct.epilog = (
        "levels: national, province, prefecture, county, township; a region by its name (昌图县, "
        "辽宁省/铁岭市/昌图县) or code; a date as 2007, 2007-09, 2007-09-12 or 2007-09..2008"
    )


def _add_schedule(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    schedule = _add(commands, "schedule", "take folders in by the clock, until it is stopped")
    schedule.add_argument("paths", nargs="+", metavar="PATH", help="a folder, a dump file or an address")
    cron = schedule.add_argument("--cron", default="0 3 * * *", metavar="FIELDS")
    cron.help = "when, in five cron fields (0 3 * * *, which is 03:00 every day)"
    schedule.add_argument("--timezone", default="Asia/Shanghai", metavar="NAME", help="(Asia/Shanghai)")
    schedule.epilog = (
        "one run at a time; runs missed while this was stopped are made up for at the start; each run's "
        "report is in ARCHIVE/runs and in: jianghua runs"
    )


def _add_search(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    search = _add(commands, "search", "find speeches")
    search.epilog = (
        'a query: 招商引资 "项目为王" -试读 级别:县 地区:辽宁省 日期:2007..2012 标题:讲话 (English field '
        "names work too: level: region: date: title:); simplified or traditional characters"
    )
    search.add_argument("query", nargs="+", metavar="QUERY", help="words, phrases and conditions, see below")
    sort = search.add_argument("--sort", choices=("relevance", "date"), default="relevance")
    sort.help = "best first, or latest first (relevance)"
    search.add_argument("--limit", type=_count, default=10, metavar="N", help="results on a page (10)")
    search.add_argument("--after", metavar="CURSOR", help="the next page; a page prints its cursor")


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = _add(commands, "export", "all speeches, variants too, or those that a query finds")
    export.add_argument("query", nargs="*", metavar="QUERY", help="canonical:true leaves variants out")
    form = export.add_argument("--format", choices=("jsonl", "csv", "parquet"), default="jsonl")
    form.help = "JSON lines with everything, or a table (jsonl)"
    export.add_argument("-o", "--output", type=Path, metavar="FILE", help="instead of standard output")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 10000")
    return int(text)


def _say(words: str, status: int) -> int:
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in words)
    print(f"jianghua: {shown}", file=sys.stderr)
    return status


def _silence_stdout() -> None:
    """After the reader of our output (head, less) has gone: nothing more to write or to complain of."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _words(error: Exception, args: argparse.Namespace) -> str:
    """An error in one line: what happened, to which file, and what to do next."""
    if args.command in WRITES and disk_full(args.archive or Path("archive")):
        return f"the archive's disk is full; make room and {AGAIN}"
    if isinstance(error, JianghuaError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"out of memory; use --workers 1 and {AGAIN}"
    if isinstance(error, OSError):
        return in_words(error, args.archive or "the archive")
    what = f"{type(error).__name__}: {error}"
    return f"{what}; this should not happen, please report it with what --debug shows"


def disk_full(folder: Path) -> bool:
    """Whether a folder's disk has no room left, whatever the error was that it led to."""
    while not folder.exists():
        folder = folder.absolute().parent
    return shutil.disk_usage(folder).free < FULL_BYTES


if __name__ == "__main__":
    sys.exit(main())
