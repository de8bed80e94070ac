"""What comes back from nodes: a shard's archive is put beside the plan, and anything else is refused.

Usage: python3 archives.py FOLDER
"""

from __future__ import annotations

import importlib.util
import io
import sys
import tarfile
from pathlib import Path

FOLDER = Path(sys.argv[1])
DRIVER = Path(__file__).parents[2] / "src/cli/engines/dask_driver.py"

spec = importlib.util.spec_from_file_location("dask_driver", DRIVER)
assert spec and spec.loader
driver = importlib.util.module_from_spec(spec)
spec.loader.exec_module(driver)


def archive(*members: tuple[str, bytes | None], link: tuple[str, str] | None = None) -> bytes:
    """An archive of files, of folders (without content), and of a link if there is one."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as it:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.mode = 0o755
            if content is None:
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(content)
            it.addfile(member, io.BytesIO(content or b""))
        if link:
            member = tarfile.TarInfo(link[0])
            member.type, member.linkname = tarfile.SYMTYPE, link[1]
            it.addfile(member)
    return packed.getvalue()


def refused(content: bytes, why: str) -> None:
    before = sorted(FOLDER.rglob("*"))
    try:
        driver.put_beside_plan(content, 3, 12, FOLDER / "plan")
    except driver.BadArchiveError as error:
        assert why in str(error), error
    else:
        raise AssertionError(f"it was taken: {why}")
    assert sorted(FOLDER.rglob("*")) == before, "nothing is left of it"


def main() -> None:
    (FOLDER / "plan").mkdir()
    name = "shard-03-of-12"
    folder, table, mark = (name, None), (f"{name}/sessions.csv", b"a\n"), (f"{name}/shard.json", b"{}")
    refused(archive(folder, table), "not complete")
    refused(archive(("shard-04-of-12", None), ("shard-04-of-12/shard.json", b"{}")), "another shard")
    for other in ["shard-3-of-12", "shard-03-of-13"]:
        refused(archive((other, None), (f"{other}/shard.json", b"{}")), "another shard")
    refused(archive(folder, table, mark, ("more", None)), "another shard")
    refused(archive(folder, table, (f"{name}/sessions.csv/more", b"x"), mark), "")
    refused(archive(), "another shard")
    for elsewhere in ["../escaped", f"{name}/../../escaped", str(FOLDER / "escaped"), "."]:
        refused(archive(folder, (elsewhere, b"x"), mark), "no file of a shard")
    refused(archive(folder, mark, link=(f"{name}/sessions.csv", "/etc/passwd")), "no file of a shard")
    refused(archive(folder, table, table, mark), "exists")
    refused(archive(table, mark), "No such file")
    whole = archive(folder, table, mark)
    # Cut anywhere before the end of the mark, the last file: what follows is padding.
    end = whole.index(b"{}", 4 * tarfile.BLOCKSIZE) + len(b"{}")
    for n_bytes in range(end):
        refused(whole[:n_bytes], "")
    refused(b"no archive", "")

    # An incomplete shard at its place gives way.
    (FOLDER / "plan" / name).mkdir()
    (FOLDER / "plan" / name / "journal").write_bytes(b"x")
    driver.put_beside_plan(whole, 3, 12, FOLDER / "plan")
    found = sorted(it.relative_to(FOLDER) for it in FOLDER.rglob("*"))
    expected = ["plan", f"plan/{name}", f"plan/{name}/sessions.csv", f"plan/{name}/shard.json"]
    assert [str(it) for it in found] == expected, found
    assert driver.parse_indices("3,7-9") == [3, 7, 8, 9]
    assert driver.array_list([9, 3, 7, 8]) == "3,7-9"
    print("archives of shards are put in their place, and all others are refused")


if __name__ == "__main__":
    main()
