
# The command that `credential exec … --` runs completes its own arguments.
function __credential_exec_completions
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l at (contains --index -- -- $words)
    or return
    contains -- exec $words[1..$at]
    and test (count $words) -gt $at
    or return
    set -l line (string join ' ' -- (string escape -- $words[(math $at + 1)..-1]))
    complete --do-complete "$line "(commandline --current-token)
end
complete --keep-order --exclusive --command credential --arguments "(__credential_exec_completions)"
