
# The command that `credential exec … --` runs completes its own arguments.
_credential_completions() {
    local at
    for (( at = 2; at < COMP_CWORD - 1; at++ )); do
        if [[ ${COMP_WORDS[at]} == -- && " ${COMP_WORDS[*]:1:at - 1} " == *" exec "* ]]; then
            _credential_completions_of_exec "$(( at + 1 ))" && return
            break
        fi
    done
    _clap_complete_credential "$@"
}

# Completes the words from this one on. Fails if nothing completes that command.
_credential_completions_of_exec() {
    local loader command=${COMP_WORDS[$1]} spec
    for loader in _comp_command_offset _command_offset; do
        if declare -F "$loader" >/dev/null; then
            "$loader" "$1"
            return 0
        fi
    done
    spec=$(complete -p -- "$command" 2>/dev/null) || spec=$(complete -p -- "${command##*/}" 2>/dev/null) || return 1
    [[ $spec == *' -F '* ]] || return 1
    spec=${spec##* -F }
    local at line=$COMP_LINE
    for (( at = 0; at < $1; at++ )); do
        line=${line#*"${COMP_WORDS[at]}"}
    done
    line=${line#"${line%%[![:space:]]*}"}
    COMP_POINT=$(( COMP_POINT - ${#COMP_LINE} + ${#line} ))
    COMP_LINE=$line
    COMP_WORDS=("${COMP_WORDS[@]:$1}")
    COMP_CWORD=$(( COMP_CWORD - $1 ))
    "${spec%% *}" "$command" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    return 0
}
if [[ ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 || ${BASH_VERSINFO[0]} -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _credential_completions credential
else
    complete -o nospace -o bashdefault -F _credential_completions credential
fi
