"""Long runs let other threads work, tell how far they are, and end after Ctrl-C."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from conftest import ROOT, VILLAGES

import demarche

LONG = "configs/scenarios/alaska-2025.toml"
PLANS = [str(it) for it in sorted((ROOT / "configs/plans/alaska-2025").glob("*.toml"))]


def run_python(code, **options):
    """Start Python with some code."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def interrupt_once_ready(process):
    """Send Ctrl-C once the process says that it is at work; return how long it took to end."""
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    return time.monotonic() - began, out, err


@pytest.mark.parametrize(
    "call",
    [
        "demarche.batch(LONG, sessions=10_000_000, progress=tell)",
        "demarche.sensitivity(LONG, points=65536, progress=tell)",
        "demarche.weigh(LONG, PLANS, draws=1_000_000, progress=tell)",
        "demarche.load(LONG).check(draws=100_000_000, progress=tell)",
        "demarche.analyze('configs/scenarios/two-villages.toml', draws=100_000_000, progress=tell)",
    ],
)
def test_ctrl_c_raises_keyboard_interrupt_and_leaves_nothing_behind(call, tmp_path):
    code = f"""
        import demarche
        LONG, PLANS = {LONG!r}, {PLANS!r}
        is_ready = False
        def tell(done, planned):
            global is_ready
            if not is_ready:
                print("ready", flush=True)
            is_ready = True
        try:
            {call}
        except KeyboardInterrupt:
            print("interrupted")
    """
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    took, out, err = interrupt_once_ready(run_python(code, env=environment))
    assert out == "interrupted\n", err
    assert took < 10
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_with_a_folder_is_resumed_on_the_command_line(program, tmp_path):
    code = f"""
        import demarche
        is_ready = False
        def tell(done, planned):
            global is_ready
            if done > 0 and not is_ready:
                print("ready", flush=True)
                is_ready = True
        demarche.batch({VILLAGES!r}, sessions=100_000, threads=1, out="{tmp_path}/run", progress=tell)
    """
    _, _, err = interrupt_once_ready(run_python(code))
    assert "KeyboardInterrupt" in err
    printed = program("batch", "--resume", tmp_path / "run", "--quiet")
    assert printed.returncode == 0, printed.stderr
    whole = demarche.batch(VILLAGES, sessions=100_000)
    assert demarche.open(tmp_path / "run").sessions.csv() == whole.sessions.csv()


def test_what_a_callback_raises_stops_the_run():
    def tell(done, planned):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        demarche.batch(LONG, sessions=10_000_000, progress=tell)


def test_progress_is_told_to_its_end():
    told = []
    demarche.batch(VILLAGES, sessions=20_000, progress=lambda *it: told.append(it))
    assert told[-1] == (20_000, 20_000)
    assert told == sorted(told)


def test_progress_is_shown_by_tqdm(capfd):
    demarche.batch(VILLAGES, sessions=20_000, progress=True)
    assert "20000/20000" in capfd.readouterr().err.replace(",", "")


def test_other_threads_work_meanwhile():
    n_turns = 0
    is_over = threading.Event()

    def count():
        nonlocal n_turns
        while not is_over.is_set():
            n_turns += 1
            time.sleep(0.001)

    other = threading.Thread(target=count)
    other.start()
    demarche.batch(LONG, sessions=3_000, threads=1)
    is_over.set()
    other.join()
    assert n_turns > 20


def test_runs_can_be_made_in_several_threads_at_once():
    expected = demarche.batch(VILLAGES, sessions=2_000).sessions.csv()
    found = []

    def run():
        found.append(demarche.batch(VILLAGES, sessions=2_000, threads=1).sessions.csv())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert found == [expected] * 4
