# shellcheck shell=bash
# curl, wget, HTTPie and xh with the sessions of your apps, in bash.
#
# Load it in ~/.bashrc:    eval "$(credential shell bash)"
# Leave it out for a call: command curl https://…
#
# Where the arguments name a configured app, its session cookie is fetched first (the client does not run if that
# fails) and handed over through a pipe: it is in no argument, no environment, no variable and no file. If the ALB has
# ended the session, it is renewed once. All else passes through untouched. Where a call brings cookies of its own (-b,
# -H Cookie:, --session, --load-cookies), or the cookie might get astray (to another port of the app's host, into a file,
# to a server that nobody has checked), the client runs without it, and one line on stderr says why. What you have the
# client write down (curl -v, --trace, http -v) has the cookie in it, as with any other.

# curl and wget, if they are installed: each through `credential`, or as it is where that is not installed any more. Each
# function is whole by itself, because a shell may be given this one alone.
if type -P curl >/dev/null; then
    function curl () {
        if type -P credential >/dev/null; then command credential wrap curl -- "$@"; else command curl "$@"; fi
    }
fi
if type -P wget >/dev/null; then
    function wget () {
        if type -P credential >/dev/null; then command credential wrap wget -- "$@"; else command wget "$@"; fi
    }
fi

# HTTPie and xh, alike.
if type -P http >/dev/null; then
    function http () {
        if type -P credential >/dev/null; then command credential wrap http -- "$@"; else command http "$@"; fi
    }
fi
if type -P https >/dev/null; then
    function https () {
        if type -P credential >/dev/null; then command credential wrap https -- "$@"; else command https "$@"; fi
    }
fi
if type -P xh >/dev/null; then
    function xh () {
        if type -P credential >/dev/null; then command credential wrap xh -- "$@"; else command xh "$@"; fi
    }
fi
if type -P xhs >/dev/null; then
    function xhs () {
        if type -P credential >/dev/null; then command credential wrap xhs -- "$@"; else command xhs "$@"; fi
    }
fi
