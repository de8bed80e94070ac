# Adapts the HTML that cmark-gfm makes of a page of docs/*.md to the site: names of headings, tables that
# scroll, and links to the pages that the site has; other links to files stay as text.
# Usage: cmark-gfm --extension table docs/method.md | awk -v pages=" method tables " -f adapted.awk

# Names of headings are those that links use: small letters, hyphens for spaces.
function anchor(text) {
    text = tolower(text)
    gsub(/&[a-z]+;|[^a-z0-9 _-]/, "", text)
    gsub(/ /, "-", text)
    return text
}

function linked(line,    done, target, file) {
    done = ""
    while (match(line, /<a href="[^"]*">/)) {
        target = substr(line, RSTART + 9, RLENGTH - 11)
        file = target
        sub(/\.md(#.*)?$/, "", file)
        done = done substr(line, 1, RSTART - 1)
        if (index(pages, " " file " ")) sub(/\.md/, ".html", target)
        else if (target !~ /^(https?:|#)/) target = ""
        if (target != "") done = done "<a href=\"" target "\">"
        line = substr(line, RSTART + RLENGTH)
        if (target == "") sub(/<\/a>/, "", line)
    }
    return done line
}

/^<h[1-6]>/ {
    text = $0
    gsub(/<[^>]*>/, "", text)
    if ($0 !~ /^<h1>/) section = text
    sub(/>/, " id=\"" anchor(text) "\">")
}
/^<table>/ {
    n_tables += 1
    printf "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table %d: %s\">", n_tables, section
}
/<!-- raw HTML omitted -->/ { next }
{
    gsub(/<th>/, "<th scope=\"col\">")
    gsub(/<pre>/, "<pre tabindex=\"0\">")
    gsub(/<\/table>/, "</table></div>")
    print linked($0)
}
