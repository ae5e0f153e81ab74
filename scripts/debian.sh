#!/usr/bin/env bash
# Installs the Debian packages that are missing. Arguments: PROGRAM=PACKAGE (or PROGRAM alone where both are called the same).
# Root and passwordless sudo install; anybody else gets the one line to type.
set -euo pipefail

missing=()
for need in "$@"; do
    case "${need%%=*}" in
    pip) python3 -m pip --version >/dev/null 2>&1 || missing+=("${need#*=}") ;;
    venv) python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing+=("${need#*=}") ;;
    *) command -v "${need%%=*}" >/dev/null || missing+=("${need#*=}") ;;
    esac
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=(env)
elif sudo -n true 2>/dev/null; then
    as_root=(sudo env)
else
    echo "Some programs are missing, and installing them needs root. Type this, then try again:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "Installing Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quiet() { "${as_root[@]}" DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 </dev/null || { cat "$log" >&2; exit 1; }; }
# A list that is a little old will do; a machine without any has to fetch it first.
"${as_root[@]}" apt-get install -y -qq --no-install-recommends --simulate "${missing[@]}" >/dev/null 2>&1 || quiet apt-get update -qq
quiet apt-get install -y -qq --no-install-recommends "${missing[@]}"
