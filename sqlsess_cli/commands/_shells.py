"""The completion scripts: each asks the program itself at a Tab, with the words typed so far.

The program answers with a line for each proposal, its parts separated by tabs: what it is (`word`,
`part` for a word that goes on, or `file` for the shell's own file names), the word, what of it is
new to the reader, and its summary. For bash the word is quoted as it has to be; the others do that
themselves.
"""

from __future__ import annotations

_BASH = r"""# Completion of sqlsess for bash 4.4 and later, as printed by: sqlsess completion bash
_sqlsess() {
    local kind word rest
    COMPREPLY=()
    while IFS=$'\t' read -r kind word rest; do
        case $kind in
            word) COMPREPLY+=("$word") ;;
            part) COMPREPLY+=("$word"); compopt -o nospace ;;
            file) compopt -o default ;;
        esac
    done < <(_SQLSESS_COMPLETE=bash _SQLSESS_LINE=${COMP_LINE:0:COMP_POINT} \
        "${1/#\~/$HOME}" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o nosort -F _sqlsess sqlsess
"""

_ZSH = r"""#compdef sqlsess
# Completion of sqlsess for zsh, as printed by: sqlsess completion zsh
_sqlsess() {
    local kind word shown summary
    local -a found list parts partlist told
    while IFS=$'\t' read -r kind word shown summary; do
        if [[ -n $summary ]]; then
            told=(-l)
            (( $#shown < 24 )) && shown=${(r:24:)shown}
            shown+="  $summary"
        fi
        case $kind in
            word) found+=("$word") list+=("$shown") ;;
            part) parts+=("$word") partlist+=("$shown") ;;
            file) _files; return ;;
        esac
    done < <(_SQLSESS_COMPLETE=zsh "${words[1]/#\~/$HOME}" "${(@Q)words[2,CURRENT-1]}" \
        "$words[CURRENT]" 2>/dev/null)
    (( $#found )) && compadd $told -V sqlsess -d list -a found
    (( $#parts )) && compadd $told -V sqlsess -S '' -d partlist -a parts
    (( $#found + $#parts ))
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
    set -l raw (commandline -ct)
    set -l last $raw
    for quote in '' \' '"'
        if set -l whole (string unescape -- "$raw$quote")
            set last $whole
            break
        end
    end
    for proposal in (_SQLSESS_COMPLETE=fish $program $typed[2..-1] "$last" 2>/dev/null)
        set -l fields (string split \t -- $proposal)
        switch $fields[1]
            case word part
                printf '%s\t%s\n' $fields[2] "$fields[4]"
            case file
                __fish_complete_path (commandline -ct)
        end
    end
end
complete --no-files --keep-order --command sqlsess --arguments '(__sqlsess)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
