"""What there is to read: log files on this machine, and what is known of each before it is opened."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lastseen.past.layout import NOT_READ, Skipped, Wanted, log_name, why_skipped


@dataclass(frozen=True, slots=True)
class File:
    """`mark` changes when its content does; `account` is whose log it is, if its name says so."""

    name: str
    size: int
    mark: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """What was asked for by this name and cannot be looked at."""

    name: str
    reason: str


Found = File | Skipped | Missing


def local_files(path: Path, wanted: Wanted) -> Iterator[Found]:
    """In a folder, all that may be log files and may hold what is wanted, newest first; or the one file."""
    if not path.is_dir():
        yield _named(path, wanted)
        return
    unreadable: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=unreadable.append):
        at = Path(folder)
        for each in sorted(folders):
            verdict = wanted.takes_folder(f"{(at / each).absolute().as_posix()}/")
            reason = why_skipped(f"{each}/") or NOT_READ.get(verdict)
            if reason:
                yield reason
                folders.remove(each)
        folders.sort(reverse=True)
        for name in sorted(names, reverse=True):
            skipped = why_skipped(name)
            is_other = not skipped and (at / name).exists() and not (at / name).is_file()
            # A pipe or a socket: to open it would be to wait for whoever writes to it.
            yield Missing(str(at / name), "not a file") if is_other else skipped or _named(at / name, wanted)
    for error in unreadable:
        yield Missing(str(error.filename), error.strerror or str(error))


def _named(path: Path, wanted: Wanted) -> Found:
    log = log_name(path.name)
    if log and (reason := why_skipped(path.name)):
        return reason
    if log and not wanted.may_be_in(log):
        return Skipped.UNWANTED
    try:
        status = path.stat()
    except OSError as error:
        return Missing(str(path), error.strerror or str(error))
    name = str(path.absolute())
    return File(name, status.st_size, f"{status.st_size} {status.st_mtime_ns}", log.account if log else "")
