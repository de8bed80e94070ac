"""Runs the shards of a plan on a Dask cluster and puts them beside the plan.

`demarche dist dask` runs this program with the user's Python; it needs the package `distributed`.
The nodes need nothing but Dask: they receive the program and the plan, each shard runs there in a
temporary folder, and its files come back as one archive. Neither a shared file system nor an
installed program is used.

A shard is put beside the plan under a hidden name, written to the disk, and only then renamed, so a
folder `shard-*-of-*` is complete or does not exist. Whatever ends this program, the next one is asked
for the shards that are missing.

A shard that failed, or whose node was lost, is run again a limited number of times; then its number
and the reason are printed, and the others go on.

Exit codes: 0 all shards are complete; 1 some are not; 2 wrong input; 75 the parent process is gone.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections import deque
from pathlib import Path, PurePosixPath
from typing import NamedTuple, NoReturn

try:
    import distributed
    from distributed import Client, Future, LocalCluster, Worker, WorkerPlugin, get_worker
    from distributed.comm.core import CommClosedError
    from distributed.security import Security
except ImportError as missing:
    print(
        f"error: {sys.executable} cannot run shards on Dask: {missing}\n"
        f"install it with: {sys.executable} -m pip install distributed\n"
        "or name another Python with --python",
        file=sys.stderr,
    )
    sys.exit(2)

# The exit code of a program that was given wrong input: it would fail everywhere.
WRONG_INPUT = 2

# The exit code of a process whose parent is gone.
PARENT_IS_GONE = 75

# The file in a shard's folder that says that it is complete.
MARK = "shard.json"

# Bytes of a shard's archive: it passes through the memory of a node, the scheduler and this program.
# It is not compressed: that took longer than the way back, on the cores that run the sessions.
ARCHIVE_BYTES_MAX = 1024 * 1024 * 1024

# Characters of a program's last words that are passed on.
LAST_WORDS_MAX = 1000

# Shards under way for each thread of the cluster: one that runs and one that waits.
SHARDS_PER_THREAD = 2

# Seconds between looks at the cluster.
TICK = 2.0

# Seconds before the first line about progress, and between lines.
FIRST_LINE = 2.0
LINE_INTERVAL = 10.0


class ShardResult(NamedTuple):
    """What a node has to say of a shard: the files if the exit code is 0, or the last words."""

    exit_code: int
    last_words: str
    archive: bytes


class ShippedProgram(WorkerPlugin):
    """The program and the plan on every node, also on those that join later."""

    def __init__(self, program: bytes, plan: bytes) -> None:
        self.program = program
        self.plan = plan
        self.digest = hashlib.sha256(program).hexdigest()
        # Two runs on one cluster have folders of their own.
        self.name = f"demarche-{self.digest[:16]}-{hashlib.sha256(plan).hexdigest()[:16]}"

    def setup(self, worker: Worker) -> None:
        """Writes both into the node's own folder."""
        if hashlib.sha256(self.program).hexdigest() != self.digest:
            raise ValueError("the program was changed on its way to the node")
        folder = Path(worker.local_directory) / self.name
        folder.mkdir(exist_ok=True)
        for name, content in [("demarche", self.program), ("plan.json", self.plan)]:
            unfinished = folder / f"{name}.unfinished"
            unfinished.write_bytes(content)
            unfinished.chmod(0o700)
            unfinished.replace(folder / name)


def run_shard(index: int, folder_name: str, threads: int) -> ShardResult:
    """Runs one shard; this is what a node does."""
    shipped = Path(get_worker().local_directory) / folder_name
    with tempfile.TemporaryDirectory(prefix="shard-", dir=shipped) as scratch:
        plan = Path(scratch) / "plan.json"
        shutil.copyfile(shipped / "plan.json", plan)
        of_shard = ["--manifest", str(plan), "--index", str(index)]
        ended = subprocess.run(
            [shipped / "demarche", "shard", *of_shard, "--threads", str(threads), "--quiet"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        words = ended.stderr.decode(errors="replace").strip()[-LAST_WORDS_MAX:]
        if ended.returncode != 0:
            return ShardResult(ended.returncode, words, b"")
        packed = Path(scratch) / "shard.tar"
        with tarfile.open(packed, "w") as archive:
            for folder in Path(scratch).glob("shard-*-of-*"):
                archive.add(folder, folder.name)
        n_bytes = packed.stat().st_size
        if n_bytes > ARCHIVE_BYTES_MAX:
            limit = f"{ARCHIVE_BYTES_MAX:,}"
            words = f"its files have {n_bytes:,} bytes, more than {limit}: plan more shards"
            return ShardResult(WRONG_INPUT, words, b"")
        return ShardResult(0, "", packed.read_bytes())


def sync(path: Path) -> None:
    """Waits until a file's content, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class BadArchiveError(Exception):
    """What came from a node is no shard."""


# How an archive may be damaged, besides what is refused: other errors are those of this machine's disk.
DAMAGE = (
    tarfile.TarError,
    EOFError,
    ValueError,
    FileExistsError,
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
)


def unpack(packed: Path, folder: Path) -> str:
    """Unpacks a shard's archive, and returns the name of the one folder in it.

    What comes from a node is not trusted: it has ordinary files in one folder, and nothing else.
    """
    names: set[str] = set()
    with tarfile.open(packed, "r:") as archive:
        # The mark of completeness comes last.
        for member in sorted(archive.getmembers(), key=lambda it: it.name.endswith(MARK)):
            parts = PurePosixPath(member.name).parts
            is_plain = member.isfile() or member.isdir()
            if not parts or parts[0] == "/" or ".." in parts or not is_plain:
                raise BadArchiveError(f"it has {member.name!r}, which is no file of a shard")
            names.add(parts[0])
            path = folder.joinpath(*parts)
            if member.isdir():
                path.mkdir(exist_ok=True)
                continue
            content = archive.extractfile(member)
            assert content is not None, "an ordinary file has content"
            with path.open("xb") as file:
                shutil.copyfileobj(content, file)
                file.flush()
                os.fsync(file.fileno())
    return names.pop() if len(names) == 1 else ""


def put_beside_plan(archive: bytes, index: int, of: int, folder: Path) -> None:
    """Puts a shard's files beside the plan: written and synced under a hidden name, then renamed."""
    if len(archive) > ARCHIVE_BYTES_MAX:
        raise BadArchiveError(f"it has more than {ARCHIVE_BYTES_MAX:,} bytes")
    hidden = Path(tempfile.mkdtemp(prefix=f".shard-{index}-", dir=folder))
    try:
        packed = hidden / "archive"
        packed.write_bytes(archive)
        try:
            name = unpack(packed, hidden)
        except DAMAGE as damage:
            raise BadArchiveError(str(damage)) from damage
        packed.unlink()
        if name != f"shard-{index:0{len(str(of))}}-of-{of}":
            raise BadArchiveError("it has another shard")
        if not (hidden / name / MARK).is_file():
            raise BadArchiveError("it is not complete")
        for path in [*hidden.rglob("*/"), hidden]:
            sync(path)
        # An incomplete shard at its place would be continued from there; this one is complete.
        shutil.rmtree(folder / name, ignore_errors=True)
        (hidden / name).rename(folder / name)
        sync(folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def parse_indices(text: str) -> list[int]:
    """The numbers of an array list such as `3,7-9`."""
    ends = [[int(end) for end in part.split("-")] for part in text.split(",")]
    return [index for part in ends for index in range(part[0], part[-1] + 1)]


def array_list(indices: list[int]) -> str:
    """Numbers as an array list such as `3,7-9`."""
    ranges: list[list[int]] = []
    for index in sorted(indices):
        if ranges and index == ranges[-1][1] + 1:
            ranges[-1][1] = index
        else:
            ranges.append([index, index])
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges)


def tell(text: str) -> None:
    """Prints a line on standard error, where the parent passes it on."""
    print(text, file=sys.stderr, flush=True)


class Progress:
    """How far it is: a line now and then, with the time that is left."""

    def __init__(self, n_before: int, n_shards: int, is_quiet: bool) -> None:
        self.n_before = n_before
        self.n_done = n_before
        self.n_shards = n_shards
        self.is_quiet = is_quiet
        self.started = time.monotonic()
        self.next_line = self.started + FIRST_LINE

    def advance(self) -> None:
        """One more shard is complete."""
        self.n_done += 1
        now = time.monotonic()
        is_last = self.n_done == self.n_shards
        if self.is_quiet or (now < self.next_line and not is_last):
            return
        self.next_line = now + LINE_INTERVAL
        per_shard = (now - self.started) / (self.n_done - self.n_before)
        left = per_shard * (self.n_shards - self.n_done)
        tell(f"{self.n_done:,} of {self.n_shards:,} shards, {left:,.0f} s left")

    def warn(self, text: str) -> None:
        """Something went wrong that is mended."""
        if not self.is_quiet:
            tell(text)


def ending(exit_code: int) -> str:
    """How a process ended, before its last words."""
    if exit_code < 0:
        return f"it was ended by signal {-exit_code}"
    return f"exit code {exit_code}: "


class SchedulerLostError(Exception):
    """The scheduler no longer answers."""


class Shards:
    """The shards that are missing: waiting, under way, or given up."""

    def __init__(self, client: Client, options: argparse.Namespace) -> None:
        self.client = client
        self.plan: Path = options.plan
        self.threads: int = options.threads
        self.retries: int = options.retries
        self.of: int = options.of
        self.waiting = deque(parse_indices(options.indices))
        self.under_way: dict[Future[ShardResult], int] = {}
        self.n_failures: dict[int, int] = {}
        self.given_up: list[int] = []
        self.progress = Progress(options.of - len(self.waiting), options.of, options.quiet)
        self.program = ShippedProgram(options.program.read_bytes(), self.plan.read_bytes())

    def run(self) -> int:
        """Runs all of them; returns the exit code."""
        # What a driver left that was killed.
        for hidden in self.plan.parent.glob(".shard-*-*"):
            shutil.rmtree(hidden, ignore_errors=True)
        self.client.register_plugin(self.program)
        n_looks_without_nodes = 0
        while self.waiting or self.under_way:
            n_threads = sum(self.client.nthreads().values())
            n_looks_without_nodes = 0 if n_threads else n_looks_without_nodes + 1
            # At the first look they may be on their way.
            if n_looks_without_nodes == 2:
                self.progress.warn("waiting for a node: the scheduler has none")
            self.submit(max(n_threads, 1) * SHARDS_PER_THREAD)
            try:
                distributed.wait(list(self.under_way), timeout=TICK, return_when="FIRST_COMPLETED")
            except distributed.TimeoutError:
                continue
            for future in [it for it in self.under_way if it.done()]:
                index = self.under_way.pop(future)
                if future.cancelled():
                    raise SchedulerLostError
                reason, exit_code = self.take(future, index)
                future.release()
                if exit_code == WRONG_INPUT:
                    tell(f"error: shard {index}: {reason}")
                    return WRONG_INPUT
                if reason:
                    self.fail(index, reason)
        if self.given_up:
            tell(f"error: shards that failed {self.retries + 1} times: {array_list(self.given_up)}")
            return 1
        return 0

    def submit(self, n_most: int) -> None:
        """Submits shards until so many are under way."""
        while self.waiting and len(self.under_way) < n_most:
            index = self.waiting.popleft()
            # How often a shard is run again is decided here, whatever the cause.
            future = self.client.submit(
                run_shard, index, self.program.name, self.threads, pure=False, retries=0
            )
            self.under_way[future] = index

    def take(self, future: Future[ShardResult], index: int) -> tuple[str, int]:
        """Takes what a node has to say of a shard: why it is not complete, and its exit code."""
        error = future.exception()
        if error is not None:
            return f"{type(error).__name__}: {error}", 1
        try:
            result: ShardResult = future.result()
        except distributed.CancelledError:
            raise
        except Exception as lost:  # The node may be lost between the two questions.
            return f"{type(lost).__name__}: {lost}", 1
        if result.exit_code != 0:
            return f"{ending(result.exit_code)}{result.last_words}", result.exit_code
        try:
            put_beside_plan(result.archive, index, self.of, self.plan.parent)
        except BadArchiveError as damage:
            return f"its archive is damaged: {damage}", 1
        self.progress.advance()
        return "", 0

    def fail(self, index: int, reason: str) -> None:
        """Has a shard run again, or gives it up."""
        self.n_failures[index] = n_failures = self.n_failures.get(index, 0) + 1
        if n_failures > self.retries:
            tell(f"error: shard {index} is given up: {reason}")
            self.given_up.append(index)
        else:
            self.progress.warn(f"shard {index} is run again: {reason}")
            self.waiting.append(index)


def connect(options: argparse.Namespace) -> Client:
    """A client of the scheduler, or of a cluster of this machine's own."""
    if options.local is not None:
        cluster = LocalCluster(
            n_workers=options.local,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs="CRITICAL",
        )
        return Client(cluster)
    security = None
    if options.tls_ca_file or options.tls_cert or options.tls_key:
        security = Security(
            tls_ca_file=options.tls_ca_file,
            tls_client_cert=options.tls_cert,
            tls_client_key=options.tls_key,
            require_encryption=True,
        )
    return Client(options.scheduler, security=security)


def end_with_parent(parent: int) -> NoReturn:
    """Ends this process when its parent is gone: nobody would merge the shards."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(PARENT_IS_GONE)


def parse_arguments() -> argparse.Namespace:
    """Reads the command line, which the parent writes."""
    parser = argparse.ArgumentParser(prog="dask_driver.py", description="Runs shards on Dask.")
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--indices", required=True, help="the missing shards, such as 3,7-9")
    parser.add_argument("--of", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1, help="threads of a shard")
    parser.add_argument("--retries", type=int, default=3)
    parser.add_argument("--scheduler")
    parser.add_argument("--local", type=int)
    parser.add_argument("--tls-ca-file")
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Runs the missing shards; returns the exit code."""
    threading.Thread(target=end_with_parent, args=[os.getppid()], daemon=True).start()
    # What matters is printed here.
    logging.disable()
    options = parse_arguments()
    for file in filter(None, [options.tls_ca_file, options.tls_cert, options.tls_key]):
        if not os.access(file, os.R_OK):
            tell(f"error: cannot read {file}")
            return WRONG_INPUT
    try:
        client = connect(options)
    # Without certificates for an address that needs them there is a type error.
    except (TypeError, ValueError) as error:
        tell(f"error: cannot connect to {options.scheduler}: {error}")
        return WRONG_INPUT
    except OSError as error:
        tell(f"error: cannot connect to {options.scheduler}: {error}")
        return 1
    try:
        return Shards(client, options).run()
    except (SchedulerLostError, distributed.CancelledError, CommClosedError):
        tell("error: the scheduler is gone")
        return 1
    except OSError as error:
        tell(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        # Tasks that nobody waits for any more are not begun.
        client.close(timeout=2)


if __name__ == "__main__":
    sys.exit(main())
