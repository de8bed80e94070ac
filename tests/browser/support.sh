# What tests in a browser share; read by `. tests/browser/support.sh` from the top of the project.
#
# Installs Chromium, unless CHROMIUM names one or there is one, and the packages of the tests.

. tests/support/packages.sh

CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
if [ -z "$CHROMIUM" ]; then
    install chromium
    CHROMIUM=$(command -v chromium)
fi
export CHROMIUM
npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error >/dev/null
