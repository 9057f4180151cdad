"""The score of one completer: `python -m benchmarks.completion sqlsess|pgcli|mycli|litecli [-v]`.

Run it with the interpreter of the environment that the completer is installed in, from the root of
this repository. It prints how many positions of the corpus it does well at, of its dialects; with
-v also what is wrong with the others.
"""

from __future__ import annotations

import sys

from benchmarks.completion import corpus, peers

_PEERS = {"pgcli": "postgresql", "mycli": "mysql", "litecli": "sqlite"}


def main(name: str, *flags: str) -> None:
    """Print the score of one."""
    for dialect in corpus.DIALECTS if name == "sqlsess" else (_PEERS[name],):
        if name == "sqlsess":
            from benchmarks.completion import ours

            complete = ours.completer(dialect)
        else:
            complete = getattr(peers, name)()
        count, wrong = corpus.score(dialect, complete)
        print(f"{name} {dialect} {count - len(wrong)}/{count} {1 - len(wrong) / count:.1%}")
        if "-v" in flags:
            print("\n".join(wrong))


main(*sys.argv[1:])
