"""Pages of runs and sessions, in notebooks and as files."""

from __future__ import annotations

import html
import os
from pathlib import Path


class Page:
    """A page: a single file that needs no network. In a notebook it is shown as it is."""

    def __init__(self, text: str) -> None:
        self._text = text

    @property
    def html(self) -> str:
        """The page as HTML."""
        return self._text

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, which must not exist."""
        place = Path(path)
        with place.open("x", encoding="utf-8", newline="") as file:
            file.write(self._text)
        return place

    def __repr__(self) -> str:
        return f"<Page: {len(self._text):,} characters of HTML>"

    def _repr_html_(self) -> str:
        # A document of its own: its styles and scripts do not meet those of the notebook.
        source = html.escape(self._text, quote=True)
        style = "width: 100%; height: 80vh; border: 1px solid #ccc"
        return f'<iframe srcdoc="{source}" style="{style}" title="report"></iframe>'
