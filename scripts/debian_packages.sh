#!/bin/sh
# What some tests need and no language's registry has: PostgreSQL 15, wrk, Chromium, from Debian's packages. Without
# root, apt-get or a mirror nothing is installed, this is said, and those tests skip and say so too.
set -u

missing=""
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing="$missing postgresql"
command -v wrk >/dev/null 2>&1 || missing="$missing wrk"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed, their tests will skip:$missing (that takes root and apt-get)" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of names
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 </dev/null; then
    echo "Not installed, their tests will skip:$missing (apt-get failed)" >&2
fi
exit 0
