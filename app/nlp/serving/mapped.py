"""A model's tables as files that the processes of a machine map: one copy for all, only of what is read.

Worked out in memory the tables take 40 MB of each process that judges. Here the first one writes them, as
they are used, below a folder that may be emptied at any time; the name of their folder is the hash of the
model's file.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from app.core.errors import Unavailable
from app.nlp.serving.model import TABLES, Model, from_arrays, opened
from app.nlp.serving.tables import Table

log = structlog.get_logger(__name__)
_PARTS = ("slots", "levels", "scales", "weights")


def load_mapped(path: Path, folder: Path) -> Model:
    """The model of a file for judging, its tables mapped from below `folder`; without what it was taught.

    Where the folder cannot be written the model is loaded as usual. Raises Unavailable for a broken file.
    """
    try:
        place = folder / hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        if not place.is_dir():
            _write(Model.load(path), place)
        with opened(path) as arrays:
            return from_arrays(arrays, _mapped(place), taught=False)
    except OSError as error:
        log.warning("tables_not_mapped", folder=str(folder), error=str(error))
        return Model.load(path)


def _write(model: Model, place: Path) -> None:
    """All files at once under the final name. Those of other models go; whoever maps them keeps them."""
    folder = place.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    others = [other for other in folder.iterdir() if other.is_dir()]
    draft = Path(tempfile.mkdtemp(dir=folder))
    for name in TABLES:
        table: Table = getattr(model, name)
        for part in _PARTS:
            np.save(draft / f"{name}_{part}.npy", getattr(table, part), allow_pickle=False)
    try:
        draft.rename(place)
    except OSError:  # another process was faster
        shutil.rmtree(draft, ignore_errors=True)
        if not place.is_dir():
            raise
    for other in others:
        shutil.rmtree(other, ignore_errors=True)


def _mapped(place: Path) -> Mapping[str, Table]:
    return {
        name: Table.ready_made(*(_mapped_array(place / f"{name}_{part}.npy") for part in _PARTS))
        for name in TABLES
    }


def _mapped_array(path: Path) -> npt.NDArray[Any]:
    """Read-only. The plain array over the mapping: numpy's own class for it slows every step down."""
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except ValueError as error:
        raise Unavailable("model_unreadable", file=path.name) from error
