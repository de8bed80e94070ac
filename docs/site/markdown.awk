# Turns a page of docs/*.md into the body of a page of the site.
# It knows what those pages are written with: headings, paragraphs, lists, tables, code and links.
# Usage: awk -v pages=" method tables " -f markdown.awk docs/method.md, where `pages` has the names of
# the pages that a link may lead to; other links to files stay as text.

function escaped(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    return text
}

# Names of headings are those that links use: small letters, hyphens for spaces.
function anchor(text) {
    text = tolower(text)
    gsub(/[^a-z0-9 _-]/, "", text)
    gsub(/ /, "-", text)
    return text
}

function link(label, target,    file, part) {
    if (target ~ /^(https?:|#)/) return "<a href=\"" target "\">" inline(label) "</a>"
    file = part = target
    sub(/\.md(#.*)?$/, "", file)
    sub(/^[^#]*/, "", part)
    if (index(pages, " " file " ") == 0) return inline(label)
    return "<a href=\"" file ".html" part "\">" inline(label) "</a>"
}

# Code, links, strong and stressed words of a line, the rest escaped.
function inline(text,    done, mark, inner, target) {
    done = ""
    while (match(text, /`[^`]+`|\[[^]]+\]\([^)]+\)|\*\*[^*]+\*\*|\*[^* ][^*]*\*/)) {
        done = done escaped(substr(text, 1, RSTART - 1))
        mark = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        if (mark ~ /^`/) {
            done = done "<code>" escaped(substr(mark, 2, length(mark) - 2)) "</code>"
        } else if (mark ~ /^\[/) {
            inner = target = mark
            sub(/\]\(.*/, "", inner)
            sub(/^.*\]\(/, "", target)
            done = done link(substr(inner, 2), substr(target, 1, length(target) - 1))
        } else if (mark ~ /^\*\*/) {
            done = done "<strong>" escaped(substr(mark, 3, length(mark) - 4)) "</strong>"
        } else {
            done = done "<em>" escaped(substr(mark, 2, length(mark) - 2)) "</em>"
        }
    }
    return done escaped(text)
}

# Ends the block that is open, unless it is of this kind.
function end_unless(kind) {
    if (open == kind) return
    if (open == "table") print "</tbody></table></div>"
    else if (open != "") print "</" open ">"
    open = ""
}
function begin(kind) {
    end_unless(kind)
    if (open == "") print "<" kind ">"
    open = kind
}

function row(line, cell, head,    cells, n, idx) {
    sub(/^\| */, "", line)
    sub(/ *\|$/, "", line)
    n = split(line, cells, / *\| */)
    printf "<tr>"
    for (idx = 1; idx <= n; idx += 1) printf "<%s%s>%s</%s>", cell, head, inline(cells[idx]), cell
    print "</tr>"
}

/^```/ {
    if (open == "pre") {
        print "</code></pre>"
        open = ""
    } else {
        end_unless("pre")
        printf "<pre tabindex=\"0\"><code>"
        open = "pre"
    }
    next
}
open == "pre" { print escaped($0); next }
/^#+ / {
    end_unless("")
    level = index($0, " ") - 1
    heading = substr($0, level + 2)
    if (level > 1) section = heading
    printf "<h%d id=\"%s\">%s</h%d>\n", level, anchor(heading), inline(heading), level
    next
}
/^\| *---/ { next }
/^\|/ {
    if (open == "table") {
        row($0, "td", "")
    } else {
        end_unless("table")
        n_tables += 1
        printf "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table %d: %s\"><table><thead>\n", n_tables, escaped(section)
        row($0, "th", " scope=\"col\"")
        print "</thead><tbody>"
        open = "table"
    }
    next
}
/^- / { begin("ul"); print "<li>" inline(substr($0, 3)) "</li>"; next }
/^[0-9]+\. / { begin("ol"); sub(/^[0-9]+\. /, ""); print "<li>" inline($0) "</li>"; next }
/^<!--/ { next }
/^ *$/ { end_unless(""); next }
{ begin("p"); print inline($0) }
END { end_unless("") }
