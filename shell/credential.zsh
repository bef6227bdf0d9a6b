# curl, wget, HTTPie and xh with the sessions of your apps, in zsh.
#
# Load it in ~/.zshrc:     eval "$(credential shell zsh)"
# Leave it out for a call: command curl https://…
#
# Where the arguments name a configured app, its session cookie is fetched first (the client does not run if that
# fails) and handed over through a pipe: it is in no argument, no environment, no variable and no file. If the ALB has
# ended the session, it is renewed once. All else passes through untouched, and so does a call that brings cookies of
# its own (-b, -H Cookie:, --session, --load-cookies). Where a cookie might get astray (to another port of the app's host,
# into a file), the client runs without it, and one line on stderr says why. What you have the client write down (curl -v,
# --trace, http -v) has the cookie in it, as with any other.

# Runs a client through `credential`, or as it is where that is not installed any more: __credential_run TOOL [ARGUMENT…]
function __credential_run () {
    if whence -p credential >/dev/null; then
        command credential wrap "$1" -- "${@:2}"
    else
        command "$@"
    fi
}

# The clients that are installed.
if whence -p curl >/dev/null; then function curl () { __credential_run curl "$@"; }; fi
if whence -p wget >/dev/null; then function wget () { __credential_run wget "$@"; }; fi
if whence -p http >/dev/null; then function http () { __credential_run http "$@"; }; fi
if whence -p https >/dev/null; then function https () { __credential_run https "$@"; }; fi
if whence -p xh >/dev/null; then function xh () { __credential_run xh "$@"; }; fi
if whence -p xhs >/dev/null; then function xhs () { __credential_run xhs "$@"; }; fi
