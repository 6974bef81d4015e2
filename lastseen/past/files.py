"""What there is to read: log files on this machine, and what is known of each before it is opened."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from ingest.layout import Skipped, log_name, why_skipped
from lastseen.past.wanted import Unwanted, Wanted, why_not_read

# How the name of a source begins that is no file: what CloudTrail remembers of a region.
HISTORY = "Event History of "


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


@dataclass(frozen=True, slots=True)
class Empty:
    """A folder that was asked for and in which there is no log file."""

    name: str


Found = File | Skipped | Unwanted | Missing | Empty


def local_files(path: Path, wanted: Wanted) -> Iterator[Found]:
    """In a folder, all that may be log files and may hold what is wanted, newest first; or the one file."""
    if not os.path.isdir(path):  # Path.is_dir raises where a name is too long, or may not be looked at.
        yield _named(str(path.absolute().parent), path.name, wanted)
        return
    unreadable: list[OSError] = []
    for folder, folders, names in os.walk(path.absolute(), onerror=unreadable.append):
        for each in sorted(folders):
            whole = f"{Path(folder, each).as_posix()}/"
            reason = why_skipped(f"{each}/") or why_not_read(whole, wanted.takes_folder(whole))
            if not reason and os.path.islink(os.path.join(folder, each)):
                yield Missing(os.path.join(folder, each), "a link to a folder: name it by itself")
            if reason:
                yield reason
                folders.remove(each)
        folders.sort(reverse=True)
        for name in sorted(names, reverse=True):
            yield _named(folder, name, wanted, is_listed=True)
    for error in unreadable:
        yield Missing(str(error.filename), error.strerror or str(error))


def _named(folder: str, name: str, wanted: Wanted, *, is_listed: bool = False) -> Found:
    """What is named by itself is read, whatever its name; its records tell what is wanted of it.

    What a folder lists may be a pipe or a socket: to open it would be to wait for whoever writes to it.
    """
    log = log_name(name)
    if is_listed and (reason := why_skipped(name)):
        return reason
    if is_listed and log and not wanted.may_be_in(log):
        return Unwanted(log.account, log.region)
    path = os.path.join(folder, name)  # Of many small files, a Path for each would take long.
    try:
        path.encode()
        status = os.stat(path)
    except UnicodeEncodeError:
        return Missing(path.encode(errors="backslashreplace").decode(), "its name is not UTF-8: rename it")
    except OSError as error:
        return Missing(path, error.strerror or str(error))
    if is_listed and not S_ISREG(status.st_mode):
        return Missing(path, "not a file")
    mark = f"{status.st_size} {status.st_mtime_ns}"
    return File(path, status.st_size, mark, log.account if log else "")
