"""``python -m idlock <verb>``: what people call by hand."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from idlock import __version__, config, runner
from idlock.problems import InvalidInput
from idlock.store.cache import Cache
from idlock.trust import fetch


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a verb and return the exit status."""
    parser = argparse.ArgumentParser(prog="idlock", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser(
        "run",
        help="make everything a config asks for, or finish what a stopped run left",
        epilog="further arguments are handed to snakemake, such as --dry-run",
        allow_abbrev=False,  # --config is snakemake's, and not short for --configfile
    )
    run.add_argument("--cores", default="all", help="how many jobs at once; default: %(default)s")
    models = verbs.add_parser("models", help="fetch and check the model files a config needs")
    clean = verbs.add_parser("clean-cache", help="remove everything from a config's cache")
    for verb in (run, models, clean):
        verb.add_argument("--configfile", default="config/config.yaml", help="default: %(default)s")
    verbs.add_parser("keys", help="print the table of configuration keys (config/README.md)")
    known, more = parser.parse_known_args(arguments)
    if known.verb == "run":
        return runner.run(known.configfile, known.cores, more)
    if more:
        parser.error(f"unrecognised: {' '.join(more)}")
    try:
        return {"models": _models, "clean-cache": _clean_cache, "keys": _keys}[known.verb](known)
    except InvalidInput as error:
        print(error)
        return runner.INVALID


def _keys(_: argparse.Namespace) -> int:
    print(config.key_table(), end="")
    return 0


def _clean_cache(known: argparse.Namespace) -> int:
    kept = Cache.of(config.read(Path(known.configfile)))
    if kept is None:
        print(f"{known.configfile} names no cache")
    else:
        print(f"{kept.clear()} entries removed from {kept.folder}")
    return 0


def _models(known: argparse.Namespace) -> int:
    """Check every model file, fetch what is missing, and say how it stands."""
    read = config.read(Path(known.configfile))
    status = 0
    for state in fetch.states(read):
        print(f"{state.entry['file']}: {state.said}")
        print(f"  licence: {state.entry['licence']}")
        if state.path is None or state.right is False:
            try:
                print(f"  fetched: {fetch.fetch(state, Path(read['models']))}")
            except (OSError, ValueError) as error:
                print(f"  not fetched: {error}")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
