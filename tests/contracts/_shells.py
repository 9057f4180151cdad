"""How the shells are started, and how bash sees what is typed."""

from __future__ import annotations

import re

from servers.program import ROOT

SCRIPTS = f"{ROOT}/completions"

# bash would call the function so: the line, and the words as it takes them apart, the last one at
# the cursor.
BASH = f"""
compopt() {{ :; }}
source {SCRIPTS}/sqlsess.bash
COMP_LINE=$1
COMP_POINT=${{#COMP_LINE}}
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_sqlsess sqlsess "${{COMP_WORDS[COMP_CWORD]}}"
[ ${{#COMPREPLY[@]}} = 0 ] || printf '%s\\n' "${{COMPREPLY[@]}}"
"""
BASH_WORD = re.compile(r"""'[^']*'?|"[^"]*"?|[=:]|[^\s=:]+""")


def bash_words(typed: str) -> list[str]:
    """The line, and the words that bash makes of it."""
    return [typed, *BASH_WORD.findall(typed), *([""] if typed.endswith(" ") else [])]


START = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("-f", "-i"),
    "fish": ("--no-config", "-i"),
}
LOAD = {
    "bash": f"source {SCRIPTS}/sqlsess.bash",
    "zsh": f"fpath=({SCRIPTS} $fpath); autoload -Uz compinit; compinit -u -D",
    "fish": f"source {SCRIPTS}/sqlsess.fish",
}
