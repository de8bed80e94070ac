"""What one more session costs, in processor time: the difference of two lengths of a batch, start-up left out."""

import os
import shutil
import subprocess
from pathlib import Path


def run(command):
    """Runs a program, unheard but for errors; returns its seconds of processor time, and its peak memory in bytes."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def batch(demarche, arguments, sessions, out, threads=1):
    """Runs a batch on one thread, without a page, and leaves its tables in a folder."""
    options = ["--sessions", str(sessions), "--threads", str(threads), "--no-report", "--quiet", "--seed", "1"]
    return run([demarche, "batch", *map(str, arguments), *options, "--out", str(out)])


class Marginal:
    """A batch in two lengths, the long one of about so many seconds; its tables are removed.

    Both are longer by the sessions that are left out.
    """

    def __init__(self, demarche, arguments, folder, seconds, left_out=0):
        self.demarche, self.arguments, self.out = demarche, arguments, Path(folder) / "run"
        self.left_out = left_out
        self.long = 2
        start = self.seconds(1) if left_out else 0
        while (taken := self.seconds(self.long) - start) < seconds:
            self.long = int(self.long * min(10, 1.3 * seconds / max(taken, 0.01))) + 1
        self.short = max(1, self.long // 8)

    def seconds(self, sessions):
        try:
            return batch(self.demarche, self.arguments, self.left_out + sessions, self.out)[0]
        finally:
            shutil.rmtree(self.out, ignore_errors=True)

    def seconds_of_a_session(self):
        short = self.seconds(self.short)
        return (self.seconds(self.long) - short) / (self.long - self.short)
