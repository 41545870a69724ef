#!/bin/sh
# The system packages that the tests need: `sh tests/system_packages.sh PYTHON`. Installs what is missing where that is permitted,
# otherwise says in one line what to run. pyscard is compiled against PC/SC; the reader tests run a real pcscd with virtual readers,
# and those of the web app a real browser.
set -eu

python=$1
missing=

needs() { # PACKAGE COMMAND…: the package is missing unless the command succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_header() { # the header of this Python itself, which may come from somewhere else than the system
    "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))'
}

needs gcc command -v gcc
needs libc6-dev test -e /usr/include/stdlib.h
needs "python3.$("$python" -c 'import sys; print(sys.version_info[1])')-dev" has_header
needs libpcsclite-dev test -e /usr/include/PCSC/winscard.h
needs pcscd test -x /usr/sbin/pcscd
needs vsmartcard-vpcd test -e /usr/lib/pcsc/drivers/serial/libifdvpcd.so
needs chromium test -x /usr/bin/chromium

[ -n "$missing" ] || [ ! -d /run/pcscd ] || exit 0

if [ "$(id -u)" = 0 ]; then
    root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    root="sudo -n"
else
    command="install -d /run/pcscd"
    [ -z "$missing" ] || command="apt-get install -y --no-install-recommends$missing && $command"
    echo "make: the tests need system packages; run as root: $command" >&2
    exit 1
fi

if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || { echo "make: the tests need what Debian calls:$missing" >&2; exit 1; }
    echo "Installing system packages:$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # words are meant
    $root apt-get -qq update && $root apt-get -qq install -y --no-install-recommends $missing >/dev/null
fi
$root install -d /run/pcscd # where systemd runs, its unit makes it; pcscd will not start without
