"""Starts one command and tells what it took: a small parent, whose own memory hides nothing.

A process that Linux makes counts its parent's memory as its own peak until it runs its program, so
the parent has to be smaller than whatever is measured. Run as `python -I -S starter.py FD WORD…`.
"""

import os
import sys
import time


def main() -> None:
    """Run the words after the first; write the figures to the descriptor that the first names."""
    told, words = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(told, False)
    began = time.monotonic()
    try:
        pid = os.posix_spawnp(words[0], words, os.environ)
    except OSError as error:
        os.write(told, f"{began} 0 0 0 127 {error.strerror}".encode())
        return
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - began
    cpu = usage.ru_utime + usage.ru_stime
    code = os.waitstatus_to_exitcode(status)
    os.write(told, f"{began} {wall} {cpu} {usage.ru_maxrss} {code}".encode())


main()
