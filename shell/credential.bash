# shellcheck shell=bash
# curl, wget, HTTPie and xh with the sessions of your apps, in bash.
#
# Load it in ~/.bashrc:    eval "$(credential shell bash)"
# Leave it out for a call: command curl https://…
#
# Where the arguments name a configured app, its session cookie is fetched first (the client does not run if that
# fails) and handed over through a pipe: it is in no argument, no environment and no file. All else passes through
# untouched, and so does a call that brings cookies of its own (-b, -H Cookie:, --session, --load-cookies). What you
# have the client write down (curl -v, --trace, http -v) has the cookie in it, as with any other.

# Runs a client with the sessions that its arguments need: __credential_run TOOL [ARGUMENT…]
# The body is a subshell, so that options and variables are its own; no tracing, no automatic export.
function __credential_run () (
    { set +aeuvx -f; } 2>/dev/null
    IFS=$'\n'
    local tool=$1 plan='' line='' form='' own_defaults=''
    # The caller may have exported variables of these names.
    local +x part='' cookie=''
    shift

    # Which apps, in which form. Whatever goes wrong here is no reason not to run the client.
    if type -P credential >/dev/null; then
        plan=$(command credential match "$tool" -- "$@" </dev/null) || plan=''
    fi

    # Their cookies. stdin belongs to the client.
    for line in $plan; do
        form=${line%% *}
        part=$(command credential get "${line#* }" --as "$form" </dev/null) || exit
        cookie+=$part$'\n'
    done

    # curl heeds a -q only if it comes first.
    case $tool/${1-} in
        curl/-q* | curl/--disable) own_defaults=no ;;
    esac

    # The client. `exec` runs programs only, and leaves no shell behind to wait.
    case $tool/$form in
        curl/curl) exec curl ${own_defaults:+-q} -K <(builtin printf %s "$cookie") "$@" ;;
        curl/netscape) exec curl ${own_defaults:+-q} -b <(builtin printf %s "$cookie") "$@" ;;
        wget/netscape) exec wget --load-cookies=<(builtin printf %s "$cookie") "$@" ;;
        */httpie) exec "$tool" --session-read-only=<(builtin printf %s "$cookie") "$@" ;;
        *) exec "$tool" "$@" ;;
    esac
)

# The clients that are installed.
if type -P curl >/dev/null; then function curl () { __credential_run curl "$@"; }; fi
if type -P wget >/dev/null; then function wget () { __credential_run wget "$@"; }; fi
if type -P http >/dev/null; then function http () { __credential_run http "$@"; }; fi
if type -P https >/dev/null; then function https () { __credential_run https "$@"; }; fi
if type -P xh >/dev/null; then function xh () { __credential_run xh "$@"; }; fi
if type -P xhs >/dev/null; then function xhs () { __credential_run xhs "$@"; }; fi
