"""A Dask cluster on the loopback interface: processes that can be killed."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import psutil


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])


class Cluster:
    """A scheduler and its nodes: a nanny, a worker process below it, and one thread in that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.started: list[subprocess.Popen[bytes]] = []
        self.n_nodes = 0

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, part: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "cluster.log").open("ab")
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *arguments]
        address = ["--host", "127.0.0.1", "--no-dashboard"]
        process = subprocess.Popen([*command, *address], stdout=log, stderr=log)
        self.started.append(process)
        return process

    def scheduler(self) -> subprocess.Popen[bytes]:
        return self.start("scheduler", "--port", str(self.port))

    def node(self) -> subprocess.Popen[bytes]:
        self.n_nodes += 1
        place = self.folder / f"node-{self.n_nodes}"
        one_thread = ["--nworkers", "1", "--nthreads", "1", "--local-directory", str(place)]
        return self.start("worker", self.address, *one_thread)

    def kill_all(self) -> None:
        for process in self.started:
            if process.poll() is None:
                kill_with_children(process.pid)


def kill_with_children(pid: int, spared: psutil.Process | None = None) -> None:
    """As if the machine were lost: nobody has time for last words."""
    root = psutil.Process(pid)
    for process in [root, *root.children(recursive=True)]:
        try:
            if process != spared:
                process.kill()
        except psutil.NoSuchProcess:
            pass


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
