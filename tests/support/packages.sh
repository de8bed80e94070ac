# What the tests share that need programs of others; read by `. tests/support/packages.sh`.
#
# Sets `folder`, which is removed at the end. A test that cannot be run says so and, with CI set, fails.

skipped() {
    echo "skipped: $1"
    [ -z "${CI:-}" ]
    exit
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Installs packages of Debian.
install() {
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>&1
}

# Installs the packages of a list of requirements from PyPI, whose main one is named for people, into
# $folder/packages: a virtual environment would need a package that Debian leaves out.
install_from_pypi() {
    if ! python3 -m pip --version >/dev/null 2>&1; then
        install python3-pip || skipped "no pip to install $2 with"
    fi
    python3 -m pip install --quiet --disable-pip-version-check --no-warn-conflicts \
        --root-user-action=ignore --target "$folder/packages" -r "$1" ||
        skipped "no $2 to be had"
}
