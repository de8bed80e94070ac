# What tests in a browser share; read by `. tests/browser/support.sh` from the top of the project.
#
# Installs Chromium, unless CHROMIUM names one or there is one, and the packages of the tests; sets
# `folder`, which is removed at the end.

CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
if [ -z "$CHROMIUM" ]; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends chromium >/dev/null
    CHROMIUM=$(command -v chromium)
fi
export CHROMIUM
npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error >/dev/null

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
