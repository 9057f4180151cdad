# Completion of sqlsess for bash 4.4 and later, as printed by: sqlsess completion bash
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
