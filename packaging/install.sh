#!/bin/sh
# Installs `credential` out of a release: a folder, or an https address, with archives and their SHA256SUMS.
#
#   sh install.sh                            out of the folder that this script lies in, into ~/.local
#   CREDENTIAL_FROM=PLACE sh install.sh      out of another folder, or of an https address
#   PREFIX=/usr/local sh install.sh          into /usr/local
#   sh install.sh --uninstall                removes what it has installed below PREFIX, and nothing else
#
# Nothing of an archive is unpacked, run or piped before its checksum is right, and nothing is changed before all of it
# is there. The list of what was installed is PREFIX/share/alb-credential/installed.
set -eu

NAME=alb-credential

say() { printf '%s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$1" >&2
    shift
    for hint; do printf 'hint: %s\n' "$hint" >&2; done
    exit 1
}
usage() {
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0"
}

have() { command -v "$1" >/dev/null 2>&1; }
there() { [ -e "$1" ] || [ -L "$1" ]; }

# The name of this machine's kind, as the archives have it.
target() {
    system=$(uname -s) machine=$(uname -m)
    case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) machine= ;;
    esac
    case $system in
    Linux) system=unknown-linux-musl ;;
    Darwin) system=apple-darwin ;;
    *) system= ;;
    esac
    case $machine-$system in
    -* | *-) fail "there is no build for $(uname -s) on $(uname -m)" "build it from its sources: docs/installing.md" ;;
    esac
    printf '%s-%s\n' "$machine" "$system"
}

# Brings the file called $1 into the directory for temporary files.
fetch() {
    case $from in
    https://*)
        if have curl; then
            curl --proto =https --tlsv1.2 --fail --silent --show-error --location --output "$scratch/$1" "$from/$1"
        elif have wget; then
            wget --quiet --https-only --output-document="$scratch/$1" "$from/$1"
        else
            fail "there is neither curl nor wget" "fetch the release into a folder, and name that: CREDENTIAL_FROM=FOLDER"
        fi || fail "cannot fetch $from/$1"
        ;;
    *)
        [ -f "$from/$1" ] || fail "$from has no $1"
        cp "$from/$1" "$scratch/$1" || fail "cannot read $from/$1"
        ;;
    esac
}

checksum() {
    for tool in sha256sum 'shasum -a 256' 'openssl dgst -sha256 -r'; do
        have "${tool%% *}" || continue
        # shellcheck disable=SC2086 # they are words
        $tool <"$1" | cut -d ' ' -f 1
        return
    done
    fail "there is no sha256sum, shasum or openssl to verify the archive with"
}

# Sets `archive` to the one for this machine, whose checksum is right.
bring() {
    fetch SHA256SUMS
    kind=$(target)
    archive=$(sed -n "s/^[0-9a-f]\{64\} [ *]\($NAME-[0-9][0-9A-Za-z.+-]*-$kind\.tar\.gz\)\$/\1/p" "$scratch/SHA256SUMS")
    case $archive in
    '') fail "$from has no build for $kind" "build it from its sources: docs/installing.md" ;;
    *[[:space:]]*) fail "$from has more than one build for $kind" ;;
    esac
    fetch "$archive"
    wanted=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$archive\$/\1/p" "$scratch/SHA256SUMS")
    found=$(checksum "$scratch/$archive")
    [ "$found" = "$wanted" ] || fail "$archive is not what SHA256SUMS says: nothing was unpacked" \
        "fetch both again; if they still differ, do not use them"
}

# Whether $1, or where it is not there yet the directory that it would be made in, can be written.
is_writable() {
    place=$1
    until there "$place"; do place=$(dirname "$place"); done
    [ -d "$place" ] && [ -w "$place" ] && [ -x "$place" ]
}

check_prefix() {
    case $PREFIX in
    /*) ;;
    *) fail "PREFIX is no absolute path: $PREFIX" ;;
    esac
    for part in bin share "share/$NAME"; do
        is_writable "$PREFIX/$part" || fail "$PREFIX/$part cannot be written" "choose another place: PREFIX=DIRECTORY sh $0"
    done
}

# The paths of one kind, file or directory, in the list of what was installed.
installed() {
    [ ! -f "$list" ] || sed -n "s/^$1 //p" "$list"
}
is_installed() { installed file | grep -Fqx -- "$1"; }

# A file that is not ours stays, and so does everything else then.
check_strangers() {
    while read -r path; do
        new=$tree/$path old=$PREFIX/$path
        if ! there "$old" || is_installed "$path"; then continue; fi
        if [ -L "$new" ] && [ "$(readlink "$old" 2>/dev/null)" = "$(readlink "$new")" ]; then continue; fi
        if [ ! -L "$new" ] && cmp -s "$old" "$new"; then continue; fi
        fail "$old is there, and this script has not installed it: nothing was changed" \
            "remove it first (cargo has installed it: cargo uninstall $NAME), or choose another PREFIX"
    done <"$scratch/files"
}

# Makes the directories above $1 that are not there, PREFIX itself too, and notes them: they go with what was installed.
make_directories() {
    case $1 in
    */*)
        make_directories "${1%/*}"
        above=${1%/*}
        ;;
    *) above=. ;;
    esac
    [ ! -d "$PREFIX/$above" ] || return 0
    mkdir -p "$PREFIX/$above"
    say "directory $above" >>"$scratch/made"
}

place() {
    while read -r path; do
        make_directories "$path"
        cp -P "$tree/$path" "$PREFIX/$path.new"
    done <"$scratch/files"
    # It is written first: whatever happens now, --uninstall knows every file.
    make_directories "share/$NAME/installed"
    {
        installed directory | sed 's/^/directory /'
        cat "$scratch/made"
        sed 's/^/file /' "$scratch/files"
    } >"$scratch/list"
    installed file >"$scratch/before"
    cp "$scratch/list" "$list.new"
    mv -f "$list.new" "$list"
    while read -r path; do
        mv -f "$PREFIX/$path.new" "$PREFIX/$path"
    done <"$scratch/files"
    # What an older version had and this one has not.
    while read -r path; do
        grep -Fqx -- "$path" "$scratch/files" || rm -f "${PREFIX:?}/$path"
    done <"$scratch/before"
}

# Until the list is written nothing may be left of a failed attempt.
undo() {
    [ -z "${scratch-}" ] || {
        if [ -n "${is_placing-}" ]; then
            while read -r path; do rm -f "$PREFIX/$path.new"; done <"$scratch/files"
            rm -f "$list.new"
            [ -f "$list" ] || remove_directories <"$scratch/made"
            say "install.sh: a step has failed: what was begun is taken back" >&2
        fi
        rm -rf "$scratch"
    }
}

# The last one that was made goes first; one that somebody else uses stays.
remove_directories() {
    sed -n 's/^directory //p' | sed -n '1!G;h;$p' | while read -r path; do
        [ -z "$path" ] || rmdir "${PREFIX%/}/${path#.}" 2>/dev/null || :
    done
}

install() {
    check_prefix
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/$NAME.XXXXXX") || fail "cannot make a temporary directory"
    : >"$scratch/made"
    bring
    tar -xzf "$scratch/$archive" -C "$scratch" || fail "cannot unpack $archive"
    tree=$scratch/${archive%.tar.gz}
    (cd "$tree" && find . ! -type d | sed 's|^\./||' | LC_ALL=C sort) >"$scratch/files"
    check_strangers
    action=installed
    [ ! -f "$list" ] || action=updated
    is_placing=yes
    place
    is_placing=
    version=$("$PREFIX/bin/credential" --version 2>&1) ||
        fail "$PREFIX/bin/credential is installed, but it does not run: $version" "remove it again: sh $0 --uninstall"
    say "$action $version: $PREFIX/bin/credential, and $(wc -l <"$scratch/files" | tr -d ' ') files in all, listed in $list"
    case :$PATH: in
    *:"$PREFIX/bin":*) ;;
    *) say "$PREFIX/bin is not on PATH; for your shell's start file: export PATH=\"$PREFIX/bin:\$PATH\"" ;;
    esac
    say "next: credential add https://YOUR-APP"
}

uninstall() {
    [ -f "$list" ] || fail "nothing is installed below $PREFIX: there is no $list"
    check_prefix
    installed file | while read -r path; do rm -f "${PREFIX:?}/$path"; done
    directories=$(sed -n '/^directory /p' "$list")
    rm -f "$list"
    printf '%s\n' "$directories" | remove_directories
    say "removed everything that was installed below $PREFIX"
    say "kept: your configuration and the cache with its sessions (docs/uninstalling.md says where they are)"
}

action=install
case ${1-} in
'') ;;
--uninstall) action=uninstall ;;
-h | --help) usage && exit ;;
*) usage >&2 && exit 2 ;;
esac
[ $# -le 1 ] || { usage >&2 && exit 2; }
umask 022
if [ -z "${PREFIX-}" ]; then
    [ -n "${HOME-}" ] || fail "neither HOME nor PREFIX is set"
    PREFIX=$HOME/.local
fi
PREFIX=${PREFIX%/}
list=$PREFIX/share/$NAME/installed
from=${CREDENTIAL_FROM:-$(dirname "$0")}
from=${from%/}
case $from in
https://* | /*) ;;
*://*) fail "not a folder, and not an https address: $from" ;;
*) from=$PWD/$from ;;
esac
trap undo EXIT
trap 'exit 1' HUP INT TERM
"$action"
