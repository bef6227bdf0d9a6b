# curl, wget, HTTPie and xh with the sessions of your apps, in fish.
#
# Load it in config.fish:  credential shell fish | source
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
if command -q curl
    function curl
        if command -q credential; command credential wrap curl -- $argv; else; command curl $argv; end
    end
end
if command -q wget
    function wget
        if command -q credential; command credential wrap wget -- $argv; else; command wget $argv; end
    end
end

# HTTPie and xh, alike.
if command -q http
    function http
        if command -q credential; command credential wrap http -- $argv; else; command http $argv; end
    end
end
if command -q https
    function https
        if command -q credential; command credential wrap https -- $argv; else; command https $argv; end
    end
end
if command -q xh
    function xh
        if command -q credential; command credential wrap xh -- $argv; else; command xh $argv; end
    end
end
if command -q xhs
    function xhs
        if command -q credential; command credential wrap xhs -- $argv; else; command xhs $argv; end
    end
end
