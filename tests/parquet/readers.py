"""Holds every table of runs, as pandas and DuckDB read its Parquet, against its CSV, cell by cell."""

import csv
import pathlib
import sys

import duckdb
import pandas

# What a cell of the CSV is in a column of this type, as either reader calls it.
KINDS = {
    "BIGINT": int, "DOUBLE": float, "VARCHAR": str,
    "Int64": int, "Float64": float, "string": str,
}


def read_by_pandas(path):
    table = pandas.read_parquet(path, dtype_backend="numpy_nullable")
    columns = [[None if it is pandas.NA else it for it in table[name]] for name in table]
    types = [str(it) for it in table.dtypes]
    return list(table.columns), types, list(zip(*columns))


def read_by_duckdb(path):
    table = duckdb.read_parquet(str(path))
    return table.columns, [str(it) for it in table.types], table.fetchall()


def compare(path):
    with open(path.with_suffix(".csv"), newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    for read in [read_by_pandas, read_by_duckdb]:
        columns, types, found = read(path)
        if columns != header:
            sys.exit(f"{path}, {read.__name__}: columns {columns}")
        kinds = [KINDS[it] for it in types]
        expected = [
            tuple(kind(cell) if cell else None for kind, cell in zip(kinds, row)) for row in rows
        ]
        if len(found) != len(expected):
            sys.exit(f"{path}, {read.__name__}: {len(found)} rows, not {len(expected)}")
        for number, (one, other) in enumerate(zip(found, expected)):
            if one != other:
                sys.exit(f"{path}, {read.__name__}, row {number}: {one}, not {other}")
    return len(rows)


def main():
    for run in map(pathlib.Path, sys.argv[1:]):
        tables = sorted(run.glob("*.csv"))
        twins = [it.with_suffix(".parquet") for it in tables]
        if not twins or twins != sorted(run.glob("*.parquet")):
            sys.exit(f"{run}: tables without a twin, or the other way round")
        n_rows = sum(map(compare, twins))
        print(f"{run.name}: {len(twins)} tables, {n_rows} rows")
    print(f"the same in pandas {pandas.__version__} and DuckDB {duckdb.__version__}")


main()
