# curl, wget, HTTPie and xh with the sessions of your apps, in fish.
#
# Load it in config.fish:  credential shell fish | source
# Leave it out for a call: command curl https://…
#
# Where the arguments name a configured app, its session cookie is fetched first (the client does not run if that
# fails) and handed over through a pipe: it is in no argument, no environment, no variable and no file. If the ALB has
# ended the session, it is renewed once. All else passes through untouched, and so does a call that brings cookies of
# its own (-b, -H Cookie:, --session, --load-cookies). Where a cookie might get astray (to another port of the app's host,
# into a file), the client runs without it, and one line on stderr says why. What you have the client write down (curl -v,
# --trace, http -v) has the cookie in it, as with any other.

# Runs a client through `credential`, or as it is where that is not installed any more: __credential_run TOOL [ARGUMENT…]
function __credential_run
    if command -q credential
        command credential wrap $argv[1] -- $argv[2..-1]
    else
        command $argv
    end
end

# The clients that are installed.
if command -q curl; function curl; __credential_run curl $argv; end; end
if command -q wget; function wget; __credential_run wget $argv; end; end
if command -q http; function http; __credential_run http $argv; end; end
if command -q https; function https; __credential_run https $argv; end; end
if command -q xh; function xh; __credential_run xh $argv; end; end
if command -q xhs; function xhs; __credential_run xhs $argv; end; end
