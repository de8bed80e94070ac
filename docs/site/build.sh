#!/bin/sh
# Builds the site: the front page, a gallery of all scenarios with their results, and the documentation.
# Runs every scenario in configs/scenarios, or the experiment of the same name where there is one, and
# puts the page of the run and a page to explore beside it; everything opens without a network.
# SESSIONS is how many sessions a run has; by default what the experiment says, or 10,000.
# Usage: sh docs/site/build.sh target/release/demarche FOLDER, where FOLDER does not exist yet.
set -eu
if [ $# -ne 2 ]; then
    echo "usage: sh docs/site/build.sh PROGRAM FOLDER" >&2
    exit 2
fi
demarche=$(realpath "$1")
case $2 in
/*) out=$2 ;;
*) out=$PWD/$2 ;;
esac
if [ -e "$out" ]; then
    echo "error: $2 exists, and nothing is overwritten: remove it, or name another folder" >&2
    exit 2
fi
if ! command -v cmark-gfm >/dev/null; then
    echo "error: there is no cmark-gfm, which makes pages of the documentation: install it, such as Debian's package of that name" >&2
    exit 2
fi
cd "$(dirname "$0")/../.."
export LC_ALL=C

# The site is complete before it is in its place.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
site=$work/site
mkdir "$site"

# A page from a template: `@name@` is replaced by the variable of that name, and what the template says
# of itself is left out.
fill() {
    awk '/^<!-- [A-Z]/ { next }
    {
        done = ""
        while (match($0, /@[a-z_]+@/)) {
            name = substr($0, RSTART + 1, RLENGTH - 2)
            done = done substr($0, 1, RSTART - 1) ENVIRON[name]
            $0 = substr($0, RSTART + RLENGTH)
        }
        print done $0
    }' "docs/site/$1"
}

# A page of the site around its content, which is read: its title, its class, and which of the site's
# three pages it is, or what leads up to them; `heading` is what stands above the content.
page() {
    page_title=$1 page_class=$2 up='' at_index='' at_gallery='' at_docs=''
    here=' aria-current="page"'
    case $3 in
    index) at_index=$here ;;
    gallery) at_gallery=$here ;;
    docs) at_docs=$here ;;
    *) up=$3 ;;
    esac
    export page_title page_class up at_index at_gallery at_docs heading
    fill page.html | sed '/<!-- content -->/,$d'
    cat
    fill page.html | sed '1,/<!-- content -->/d'
}

# The HTML of a text in Markdown, which is read.
html() {
    cmark-gfm --extension table | awk -v pages="$pages" -f docs/site/adapted.awk
}

# A text of the scenario as the manifest of its run has it.
scenario_text() {
    sed -n "s/^    \"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" "$run/manifest.json" | sed -e '1!d' \
        -e 's/\\"/"/g' -e 's/\\\\/\\/g' -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'
}

# The share of deals with its interval, from the run's table.
deals() {
    awk -F , '
        function thousands(n) {
            n = n ""
            while (match(n, /^[0-9]+[0-9][0-9][0-9](,|$)/)) sub(/[0-9][0-9][0-9](,|$)/, ",&", n)
            return n
        }
        $1 == 0 && $2 == "agreement_rate" {
            printf "<strong>%.1f&nbsp;%%</strong> of %s sessions end in a deal", 100 * $4, thousands($9)
            printf " <span>(95&nbsp;%% interval %.1f to %.1f&nbsp;%%)</span>\n", 100 * $6, 100 * $7
        }' "$run/summary.csv"
}

# The first picture of the run's page, as narrow screens have it.
picture() {
    awk '/<div class="narrow">/ { is_it = 1; sub(/.*<div class="narrow">/, "") }
        is_it
        /<\/svg>/ { if (is_it) exit }' "$run/report.html"
}

version=$("$demarche" --version)
rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
export version rust

n=0
for name in $(for it in configs/scenarios/*.toml; do basename "$it" .toml; done | sort); do
    echo "$name"
    file=configs/experiments/$name.toml
    [ -e "$file" ] || file=configs/scenarios/$name.toml
    run=$work/$name
    "$demarche" batch "$file" ${SESSIONS:+--sessions "$SESSIONS"} --quiet --out "$run"
    mkdir "$site/$name"
    cp "$run/report.html" "$site/$name/batch.html"
    "$demarche" explore "configs/scenarios/$name.toml" ${SESSIONS:+--sessions "$SESSIONS"} \
        --out "$site/$name/explore.html" >"$work/said"

    title=$(scenario_text title)
    about=$(scenario_text description)
    kind="Each number says whether a source reports it, it is inferred from one, or it is assumed."
    if [ "$(scenario_text kind)" = synthetic ]; then
        kind="Made up, to show what the program can do: its figures say nothing about the world."
    fi
    deals=$(deals)
    picture=$(picture)
    for text in "$title" "$about" "$deals" "$picture"; do
        if [ -z "$text" ]; then
            echo "error: the run of $file has no title, description, share of deals or picture" >&2
            exit 1
        fi
    done
    command="demarche batch $file"
    export name title about kind deals picture command
    fill scenario.html >>"$work/scenarios"
    n=$((n + 1))
    # The front page shows the first.
    [ "$n" -gt 1 ] || fill index.html | heading='' page "demarche · a simulator of negotiations" "site whole" index >"$site/index.html"
done
export n

heading=$(fill gallery.html)
page "Gallery · demarche" site gallery <"$work/scenarios" >"$site/gallery.html"

mkdir "$site/docs"
cp -R docs/performance "$site/docs/performance"
pages=" "
for file in docs/*.md; do
    pages="$pages$(basename "$file" .md) "
done
for file in docs/*.md; do
    title=$(sed -n '1s/^# //p' "$file")
    about=$(sed -n '3p' "$file" | html)
    name=$(basename "$file" .md)
    export title about name
    heading=''
    html <"$file" | page "$title · demarche" "site prose" ../ >"$site/docs/$name.html"
    fill entry.html >>"$work/entries"
done
heading='<h1>Documentation</h1>'
{
    echo '<div class="entries">'
    cat "$work/entries"
    echo '</div>'
} | page "Documentation · demarche" site docs >"$site/docs.html"

# The pages of the site look as those of runs do, and add what only they have.
cat src/report/pages/page.css docs/site/site.css >"$site/style.css"

mkdir -p "$(dirname "$out")"
mv "$site" "$out"
echo "Written: $out/index.html"
