# Completion of sqlsess for fish, as printed by: sqlsess completion fish
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
