#!/usr/bin/env bash
# Installs Chromium for the browser tests where it is missing (Debian, Ubuntu). CHROMIUM=/path takes another one.
set -euo pipefail
if [ -n "${CHROMIUM:-}" ]; then
  [ -x "$CHROMIUM" ] || { echo "chromium: CHROMIUM=$CHROMIUM is no program." >&2; exit 1; }
  exit 0
fi
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then exit 0; fi
done
fail() { echo "chromium: $*" >&2; exit 1; }
command -v apt-get >/dev/null || fail "it is not here and apt-get neither: install it, or set CHROMIUM to its path."
root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || fail "installing it needs root; as root: apt-get install chromium"
  root=(sudo)
fi
echo 'chromium: installing it'
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
