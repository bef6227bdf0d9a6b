# curl, wget, HTTPie and xh with the sessions of your apps, in fish.
#
# Load it in config.fish:  credential shell fish | source
# Leave it out for a call: command curl https://…
#
# Where the arguments name a configured app, its session cookie is fetched first (the client does not run if that
# fails) and handed over through a pipe: it is in no argument, no environment and no file. All else passes through
# untouched, and so does a call that brings cookies of its own (-b, -H Cookie:, --session, --load-cookies). What you
# have the client write down (curl -v, --trace, http -v) has the cookie in it, as with any other.

# Runs a client with the sessions that its arguments need: __credential_run TOOL [ARGUMENT…]
# Variables are local, and the cookie's are not exported; no tracing.
function __credential_run
    set -l fish_trace
    set -l tool $argv[1]
    set -l plan
    set -l form
    set -l option
    # The caller may have exported a variable of this name.
    set -lu cookie
    set -e argv[1]

    # Which apps, in which form. Whatever goes wrong here is no reason not to run the client.
    if command -q credential
        set plan (command credential match $tool -- $argv </dev/null)
        or set plan
    end

    # Their cookies. stdin belongs to the client.
    for line in $plan
        set form (string split ' ' -- $line)[1]
        set -a cookie (command credential get (string split ' ' -- $line)[2] --as $form </dev/null)
        or return
    end

    # curl heeds a -q only if it comes first.
    if test $tool = curl; and string match -qr -- '^(-q|--disable$)' "$argv[1]"
        set option -q
    end

    # The client.
    switch $tool/$form
        case curl/curl
            set -a option -K /dev/fd/9
        case curl/netscape
            set -a option -b /dev/fd/9
        case wget/netscape
            set -a option --load-cookies=/dev/fd/9
        case '*/httpie'
            set -a option --session-read-only=/dev/fd/9
        case '*'
            command $tool $argv
            return
    end
    # fish has no pipe but to stdin (psub would make a file): the caller's stdin waits as 8 while the pipe becomes 9.
    begin
        builtin printf '%s\n' $cookie | begin
            begin
                command $tool $option $argv <&8
            end 9<&0
        end
    end 8<&0
end

# The clients that are installed.
if command -q curl; function curl; __credential_run curl $argv; end; end
if command -q wget; function wget; __credential_run wget $argv; end; end
if command -q http; function http; __credential_run http $argv; end; end
if command -q https; function https; __credential_run https $argv; end; end
if command -q xh; function xh; __credential_run xh $argv; end; end
if command -q xhs; function xhs; __credential_run xhs $argv; end; end
