"""`sqlsess` as a shell's script runs it, by the process of `_warm.py`; imports next to nothing.

Run as `python -I -S _warmly.py PATH AT_START PROGRAM [ARGUMENT...]`. Where the environment is not
as it was when that process started, a stream is closed, or too much would have to be sent, it is
the program itself that is run.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

path, at_start, program, *words = sys.argv[1:]
environ = dict(os.environ)
started = json.loads(at_start)
NAMES = ("PYTHON", "LANG", "LC_", "COVERAGE_", "LD_", "MALLOC_")
same = {name: text for name, text in environ.items() if name.startswith(NAMES)} == started
numbers = sorted(int(name) for name in os.listdir("/proc/self/fd"))
numbers = [number for number in numbers if os.path.exists(f"/proc/self/fd/{number}")]
try:
    here = os.getcwd()
except OSError:  # it is gone
    here = ""
asked = {"words": words, "env": environ, "cwd": here, "numbers": numbers}
message = json.dumps(asked).encode()
ignored = [item for item in (1, 2, 3, 15) if signal.getsignal(item) == signal.SIG_IGN]
if not here or not same or numbers[:3] != [0, 1, 2] or len(message) >= 1 << 17 or ignored:
    os.execv("/bin/sh", ["sh", "-c", f'exec {program} "$@"', "sqlsess", *words])

news = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
news.connect(path)
waiting = signal.pthread_sigmask(signal.SIG_BLOCK, [1, 2, 3, 15])
socket.send_fds(news, [message], numbers)
pid = int(news.recv(32))
for number in (1, 2, 3, 15):
    signal.signal(number, lambda which, _: os.kill(pid, which))
signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
for number in numbers:  # a pipe that we keep open has no end
    os.close(number)
code = int(news.recv(32))
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
