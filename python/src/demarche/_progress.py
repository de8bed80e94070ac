"""Progress of long work: a bar of tqdm, or whatever a function makes of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

#: ``True`` shows a bar; a function is called with how much is done and how much there is.
Progress: TypeAlias = bool | Callable[[int, int], None]


@contextmanager
def told(progress: Progress, noun: str) -> Iterator[Callable[[int, int], None] | None]:
    """Yield the function that is told how far the work has come, or ``None`` if nobody asks."""
    if callable(progress):
        yield progress
        return
    if not progress:
        yield None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        message = "progress=True needs the package tqdm; install it, or pass a function"
        raise ImportError(message) from error
    with tqdm(unit=f" {noun}") as bar:

        def update(done: int, planned: int) -> None:
            bar.total = planned
            bar.update(done - bar.n)

        yield update
