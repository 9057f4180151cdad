"""The completion scripts: each asks the program itself at a Tab, with the words typed so far.

The program answers with a line for each proposal: what it is (`word`, or `file` for the shell's own
file names), a tab, the word, a tab, its summary.
"""

from __future__ import annotations

_BASH = r"""# Completion of sqlsess for bash 4.4 and later, as printed by: sqlsess completion bash
_sqlsess() {
    local kind word summary
    COMPREPLY=()
    while IFS=$'\t' read -r kind word summary; do
        case $kind in
            word) COMPREPLY+=("$word") ;;
            file) compopt -o default ;;
        esac
    done < <(_SQLSESS_COMPLETE=bash "${1/#\~/$HOME}" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o nosort -F _sqlsess sqlsess
"""

_ZSH = r"""#compdef sqlsess
# Completion of sqlsess for zsh, as printed by: sqlsess completion zsh
_sqlsess() {
    local kind word summary
    local -a proposals
    while IFS=$'\t' read -r kind word summary; do
        case $kind in
            word) proposals+=("${word//:/\\:}${summary:+:$summary}") ;;
            file) _files; return ;;
        esac
    done < <(_SQLSESS_COMPLETE=zsh "${words[1]/#\~/$HOME}" "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    (( $#proposals )) && _describe -V sqlsess proposals
}
# From a directory in $fpath this file is the function's first call; otherwise it is sourced.
if [[ $funcstack[1] == _sqlsess ]]; then
    _sqlsess "$@"
else
    compdef _sqlsess sqlsess
fi
"""

_FISH = r"""# Completion of sqlsess for fish, as printed by: sqlsess completion fish
function __sqlsess
    set -l typed (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $typed[1])
    set -l last (commandline -ct | string unescape; or commandline -ct)
    for proposal in (_SQLSESS_COMPLETE=fish $program $typed[2..-1] "$last" 2>/dev/null)
        set -l fields (string split \t -- $proposal)
        switch $fields[1]
            case word
                printf '%s\t%s\n' $fields[2] "$fields[3]"
            case file
                __fish_complete_path (commandline -ct)
        end
    end
end
complete --no-files --command sqlsess --arguments '(__sqlsess)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
