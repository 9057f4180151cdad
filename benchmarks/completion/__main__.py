"""The score of one completer: `python -m benchmarks.completion sqlsess|pgcli|mycli|litecli [-v]`.

Run it with the interpreter of the environment that the completer is installed in, from the root of
this repository. It prints at how many positions of the corpus, of its dialects, it does well, and
at how many it would if everything wanted could be anywhere among the first ten; with -v also what
is wrong.
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
        _, missing = corpus.score(dialect, complete, 10)
        good, fair = (f"{1 - len(some) / count:.1%}" for some in (wrong, missing))
        print(f"{name} {dialect}: {count - len(wrong)} of {count}, {good}; in the first ten {fair}")
        if "-v" in flags:
            print("\n".join(wrong))


main(*sys.argv[1:])
