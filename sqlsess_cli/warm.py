"""The warm process, as a command line sees it: where it listens, and how to have it do the work.

Importing SQLAlchemy takes most of a short run. A process that has done so (`resident.py`, started
by `sqlsess warm start` and by nothing else) forks one that has our words, environment, directory
and open files; we wait for its end, and pass on to it what signals we get.

Everything here is done before anything is imported, and so with what the interpreter has built in.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    from collections.abc import Mapping
    from typing import Any

SWITCH = "SQLSESS_WARM"  # 0, no, off: never ask the warm process
MOST = 1 << 17  # bytes of a message
COLD = b"cold"  # the answer of a warm process that is not as a new one would be
BEGUN = b"begun "  # and the number of the process that does what was asked
# What a library looks at when it is imported, or the interpreter when it starts.
AT_START = (
    "PYTHON", "LANG", "LC_", "LD_", "MALLOC_", "GLIBC_", "COVERAGE_",
    "PSYCOPG_", "SQLALCHEMY_", "DISABLE_SQLALCHEMY",
)  # fmt: skip
_OFF = ("0", "false", "no", "off")
_TAKING = frozenset({"repl", "run", "shell"})  # what may do anything with its terminal
_PAGERS = ("", "less", "more", "cat")  # that need no controlling terminal
_OURS = ("sqlsess", "__main__.py")  # another program that calls us has prepared its own process
_LOST = b"unknown: the warm process was ended; see what the database holds\n"
_LOST_CODE = 70


def place(environ: Mapping[str, str]) -> str:
    """The path of the socket of this installation's warm process; empty where it can have none."""
    base = environ.get("XDG_RUNTIME_DIR") or environ.get("XDG_STATE_HOME")
    if not base and environ.get("HOME"):
        base = f"{environ['HOME']}/.local/state"
    if not base or not base.startswith("/"):
        return ""
    import zlib

    return f"{base}/sqlsess/warm-{zlib.crc32(os.fsencode(sys.prefix)):08x}"


def message(
    argv: list[str], directory: str, numbers: list[int], environ: Mapping[bytes, bytes]
) -> bytes:
    """What is asked: be this command line.

    Args:
        argv: the program's name and its arguments.
        directory: the current one.
        numbers: of the open files that come along, in their order.
        environ: all of the environment.
    """
    named = [b"%b=%b" % pair for pair in environ.items()]
    facts = [sys.prefix, sys.version, directory, " ".join(map(str, numbers)), str(len(argv))]
    return b"\0".join([*map(os.fsencode, (*facts, *argv)), *named])


def ask(argv: list[str]) -> int | None:
    """Have the warm process run this command line, if there is one and nobody sees a difference.

    Returns:
        The exit code; None where this process has to do it.
    """
    path = place(os.environ)
    if not path or not os.path.exists(path) or os.environ.get(SWITCH, "").lower() in _OFF:
        return None
    if os.path.basename(argv[0]) not in _OURS or argv[1:2] == ["warm"] or not _plain(argv):
        return None
    import _socket

    numbers = [number for number in map(int, os.listdir("/proc/self/fd")) if _is_open(number)]
    news = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    waiting = _blocked()
    try:
        news.connect(path)
        asked = message(argv, os.getcwd(), numbers, os.environb)
        given = b"".join(number.to_bytes(4, sys.byteorder) for number in numbers)
        if len(asked) >= MOST or _peer(news)[1] != os.geteuid():
            return None
        news.sendmsg([asked], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, given)])
        begun = news.recv(32)
        if not begun.startswith(BEGUN):
            return None
        _pass_signals_on(int(begun.removeprefix(BEGUN)))
    except OSError:  # nobody listens any more, or our directory is gone: nothing was begun
        return None
    finally:
        _unblock(waiting)
    return _outcome(news, numbers)


def _plain(argv: list[str]) -> bool:
    """Whether the terminal, if there is one, is used as a process of another session may use it.

    Such a process has no /dev/tty, and nobody stops it when it reads in the background.
    """
    terminals = [os.isatty(number) for number in range(3)]
    if not any(terminals):
        return True
    if not _TAKING.isdisjoint(argv):
        return False
    pager = os.environ.get("PAGER", "").split(" ")[0]
    if terminals[1] and not (terminals[2] and os.path.basename(pager) in _PAGERS):
        return False
    return not terminals[0] or os.tcgetpgrp(0) == os.getpgrp()


def _is_open(number: int) -> bool:
    """Whether it was given to us: what Python opens for itself closes when a program is run."""
    try:
        return os.get_inheritable(number)
    except OSError:  # the directory that we just read
        return False


def listener(path: str) -> int | None:
    """The process that listens at a path; None when nobody does, or somebody else."""
    import _socket

    news = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    try:
        news.connect(path)
        pid, owner = _peer(news)
    except OSError:
        return None
    finally:
        news.close()
    return pid if owner == os.geteuid() else None


def _peer(news: _socket.socket) -> tuple[int, int]:
    """The process and the user at the other end, whoever made the socket's directory."""
    import _socket

    data = news.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)
    pid, uid = (int.from_bytes(data[at : at + 4], sys.byteorder) for at in (0, 4))
    return pid, uid


# Signals: the warm process's child belongs to no terminal; what is sent to us is meant for it.


def _blocked() -> object:
    """Hold signals back until there is somebody to pass them on to; gives the mask before."""
    import _signal  # type: ignore[import-not-found]

    return _signal.pthread_sigmask(_signal.SIG_BLOCK, _passed())


def _unblock(mask: object) -> None:
    import _signal

    _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)


def _passed() -> tuple[int, ...]:
    import _signal

    return (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM,
            _signal.SIGWINCH, _signal.SIGTSTP)  # fmt: skip


def _pass_signals_on(group: int) -> None:
    """From now on, to all processes of the child's group: a pager of its is one."""
    import _signal

    def pass_on(signum: int, _: object) -> None:
        try:  # noqa: SIM105  nothing is imported here
            os.killpg(group, signum)
        except ProcessLookupError:  # it has just ended; we shall hear how
            pass

    def stop(_signum: int, _: object) -> None:
        """Stop the group, then ourselves; once continued, have all be as it was."""
        modes = _modes()
        os.killpg(group, _signal.SIGSTOP)
        os.kill(os.getpid(), _signal.SIGSTOP)
        _restore(modes)
        os.killpg(group, _signal.SIGCONT)
        pass_on(_signal.SIGWINCH, None)  # a pager draws its screen again

    for signum in _passed():
        # What was ignored at our start is ignored by the child, too: else it would be no match.
        if _signal.getsignal(signum) is not _signal.SIG_IGN:
            _signal.signal(signum, stop if signum == _signal.SIGTSTP else pass_on)


def _modes() -> Any:
    """What a pager has made of the terminal, if there is one: a shell sets its own meanwhile."""
    if not os.isatty(2):
        return None
    import termios

    return termios.tcgetattr(2)


def _restore(modes: Any) -> None:
    if modes is not None:
        import termios

        termios.tcsetattr(2, termios.TCSADRAIN, modes)


def _outcome(news: _socket.socket, numbers: list[int]) -> int:
    """Wait for the end of the child: its exit code, or the same death."""
    for number in numbers:  # a pipe that we keep open has no end
        if not os.isatty(number) and number != 2:
            os.close(number)
    told = news.recv(32)
    if not told:
        os.write(2, _LOST)
        return _LOST_CODE
    code = int(told)
    if code < 0:
        import _signal

        if -code not in (_signal.SIGKILL, _signal.SIGSTOP):
            _signal.signal(-code, _signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code
