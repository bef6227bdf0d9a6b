
# The command that `credential exec … --` runs completes its own arguments.
function _credential_completions() {
    local at=${words[(ie)--]}
    local -a before=("${(@)words[2,at]}")
    if (( at + 1 < CURRENT && ${before[(Ie)exec]} )) && [[ -n ${_comps[${words[at + 1]:t}]} ]]; then
        shift $at words
        (( CURRENT -= at ))
        _normal
        return
    fi
    _clap_dynamic_completer_credential "$@"
}

compdef _credential_completions credential

# As a file that zsh loads by itself, it stands in the place of its function, and is called for the first completion.
[[ $funcstack[1] != _credential ]] || _credential_completions "$@"
