# What the scripts of this repository share. Sourced, never run.
#
# SWIFT_FLAGS   flags for every build of these scripts, one word each, separated by spaces. The scripts that build the
#               same package pass the same flags, so that one build serves all of them.

read -r -a swift_flags <<<"${SWIFT_FLAGS:-}"

# heading TEXT: a line that stands out, on standard error, with the seconds since the script began.
heading() { printf '\n==> %s  [%d s]\n' "$*" "$SECONDS" >&2; }

# fail TEXT: says what is wrong and ends the script with status 1.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# unavailable TEXT: says what to install and ends the script with status 69 (EX_UNAVAILABLE of sysexits.h).
unavailable() {
    printf '%s\n' "$@" >&2
    exit 69
}

# Whether what a Debian package brings is there, found by its files, so that nothing is asked of the network.
has_package() {
    case $1 in
    libsqlite3-dev)
        [[ $(uname -s) == Darwin ]] && return # The SDK has it.
        local folder
        for folder in /usr/include /usr/local/include; do [[ -f $folder/sqlite3.h ]] && return; done
        return 1
        ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# require PACKAGE...: installs the Debian packages that are missing when this user may, otherwise prints the line that
# does it and ends the script with status 69.
require() {
    command -v swift >/dev/null || unavailable "swift is not in the PATH. Install Swift 6.2 or later: https://swift.org/install"
    local missing=() package
    for package in "$@"; do has_package "$package" || missing+=("$package"); done
    ((${#missing[@]})) || return 0

    command -v apt-get >/dev/null ||
        unavailable "These are missing, under the names that Debian gives them: ${missing[*]}. Install them and run this again."
    local as_root=()
    if ((EUID != 0)); then
        if ! { command -v sudo && sudo -n true; } >/dev/null 2>&1; then
            unavailable "Packages are missing. Install them and run this again:" \
                "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
        fi
        as_root=(sudo -n)
    fi
    heading "Installing ${missing[*]}"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
    {
        "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
    } >&2 || unavailable "The installation failed. Once the cause is removed, run:" \
        "    ${as_root[*]:+sudo }apt-get update && ${as_root[*]:+sudo }apt-get install -y --no-install-recommends ${missing[*]}"
}
