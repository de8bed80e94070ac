#!/bin/sh
# Builds the site with few sessions and opens its pages in headless Chromium; installs what it needs.
# Fails if it could not.
# Usage: sh tests/browser/site.sh target/release/demarche
set -eu
demarche=$(realpath "$1")
cd "$(dirname "$0")/../.."

. tests/browser/support.sh
command -v cmark-gfm >/dev/null || install cmark-gfm
SESSIONS=${SESSIONS:-100} sh docs/site/build.sh "$demarche" "$folder/site" >"$folder/said"
# A folder that exists is left as it is.
if sh docs/site/build.sh "$demarche" "$folder/site" 2>"$folder/said" || ! grep -q "exists" "$folder/said"; then
    echo "the site was built into a folder that exists" >&2
    exit 1
fi
node tests/browser/site.mjs "$folder/site"
