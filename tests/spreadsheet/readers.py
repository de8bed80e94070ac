"""Holds every sheet of runs' workbooks, as LibreOffice and openpyxl read it, against its CSV, cell by cell."""

import csv
import json
import pathlib
import sys
from decimal import Decimal

import openpyxl
from openpyxl.utils.escape import unescape

# Number formats by column, where a cell's own may only have more decimals.
FORMATS = {
    "cell": "0", "replication": "0", "n": "#,##0", "n_agreed": "#,##0",
    "share_given_agreement": "0.0%", "utility": "0.000", "nash_product": "0.000",
}
# What text begins with that gets a ' in the CSV.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def fail(*what):
    sys.exit(" ".join(map(str, what)))


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def labels_of(manifest):
    """By column, label for an identifier, as the scenario has it."""
    scenario = manifest["resolved"]
    name = lambda it: (it["id"], it.get("label", it["id"]))
    parties = dict(map(name, scenario["party"]))
    issues = dict(map(name, scenario["issue"]))
    res = {"party": parties, "proposer": parties, "ended_by": parties, "issue": issues, "costliest_issue": issues}
    for issue in scenario["issue"]:
        options = dict(map(name, issue["options"]))
        res["agreed_" + issue["id"]] = res["offered_" + issue["id"]] = options
    return res


def expected(path, labels):
    """A table as its sheet is to have it: names, and rows of numbers, texts and None."""
    header, *rows = read_csv(path)
    columns = []
    for idx, name in enumerate(header):
        columns.append((name, idx, None))
        if name in labels and name + "_label" not in header:
            columns.append((name + "_label", idx, labels[name]))

    def cell(text, known):
        if not text:
            return None
        if known is not None:
            return known[text]
        try:
            return float(text)
        except ValueError:
            guarded = text[:1] == "'" and text[1:].startswith(FORMULA_STARTS)
            return text[1:] if guarded else text

    body = [[cell(row[idx], known) for _, idx, known in columns] for row in rows]
    return [name for name, _, _ in columns], body


def compare(where, names, rows, found_names, found):
    if found_names != names:
        fail(where, "columns", found_names, "not", names)
    if len(found) != len(rows):
        fail(where, len(found), "rows, not", len(rows))
    for number, (one, other) in enumerate(zip(found, rows)):
        if one != other:
            fail(where, "row", number, one, "not", other)


def of_libreoffice(path, rows):
    """A sheet as LibreOffice writes it; a number where one is expected."""
    header, *found = read_csv(path)

    def cell(text, other):
        if text == "":
            return None
        if not isinstance(other, float):
            return text
        # In per cent even where it is not written as it looks.
        is_share = text.endswith("%")
        return float(Decimal(text.rstrip("%")) / (100 if is_share else 1))

    # Behind a sheet without a row there is nothing that tells how many cells it has.
    width = len(header)
    res = []
    for row, other in zip(found, rows):
        res.append([cell(text, it) for text, it in zip(row + [""] * (width - len(row)), other)])
    return header, res + found[len(rows):]


def value_of(cell):
    if cell.data_type == "n" and cell.value is not None:
        return float(cell.value)
    # What it leaves to others to do in texts that stand in their cell.
    return unescape(cell.value) if cell.value is not None else None


def of_openpyxl(sheet):
    header, *found = sheet.iter_rows()
    for it in header:
        if not it.font.bold:
            fail(sheet.title, "header is not bold")
    names = [it.value for it in header]
    rows = []
    for row in found:
        for name, it in zip(names, row):
            if it.data_type not in "ns":
                fail(sheet.title, it.coordinate, "is of type", it.data_type)
            usual = FORMATS.get(name)
            if usual and it.value is not None:
                has_more = usual.startswith("0.") and it.number_format.startswith(usual.rstrip("%"))
                if it.number_format != usual and not has_more:
                    fail(sheet.title, it.coordinate, "has the format", it.number_format)
                if usual.endswith("%") and "%" not in it.number_format:
                    fail(sheet.title, it.coordinate, "is not in per cent")
        rows.append([value_of(it) for it in row])
    return names, rows


def check_run(sheets, run):
    manifest = json.loads((run / "manifest.json").read_text())
    labels = labels_of(manifest)
    book = openpyxl.load_workbook(run / "tables.xlsx")
    tables = sorted(it.stem for it in run.glob("*.csv"))
    if book.sheetnames[:2] != ["about", "dictionary"] or sorted(book.sheetnames[2:]) != tables:
        fail(run, "has the sheets", book.sheetnames, "for", tables)
    if book["about"]["A1"].value != manifest["title"] or book["about"]["A1"].data_type != "s":
        fail(run, "is about", book["about"]["A1"].value)
    if book.properties.created.year != 1980:
        fail(run, "was created", book.properties.created)
    described = {(row[0], row[1]) for row in book["dictionary"].iter_rows(min_row=2, values_only=True)}
    n_cells = 0
    for name in tables:
        names, rows = expected(run / f"{name}.csv", labels)
        n_cells += len(names) * len(rows)
        for column in names:
            if (name, column) not in described:
                fail(run, "does not describe", name, column)
        sheet = book[name]
        if sheet.freeze_panes != "A2" or not sheet.auto_filter.ref.startswith("A1:"):
            fail(run, name, sheet.freeze_panes, sheet.auto_filter.ref)
        found = of_libreoffice(sheets / f"{run.name}-{name}.csv", rows)
        compare(f"{run.name}, {name}, LibreOffice:", names, rows, *found)
        compare(f"{run.name}, {name}, openpyxl:", names, rows, *of_openpyxl(sheet))
    return len(tables), n_cells


def main():
    sheets = pathlib.Path(sys.argv[1])
    for run in map(pathlib.Path, sys.argv[2:]):
        n_tables, n_cells = check_run(sheets, run)
        print(f"{run.name}: {n_tables} tables, {n_cells} cells")
    print(f"the same in LibreOffice and openpyxl {openpyxl.__version__}")


main()
