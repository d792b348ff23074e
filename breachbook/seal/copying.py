"""Copies one file into a bag and hashes it on the way; hashes one file of a bag.

Imports little, and nothing but the standard library, because worker processes load it (see
`breachbook.seal.worker`). The source is only ever opened for reading, without following links, and
without touching its access time where the system permits; a pipe put in a file's place cannot hold
the reader up.
"""

import errno
import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

BUFFER = 1 << 20
LARGE = 8 << 20
WINDOW = 8 << 20
WRITE_BACK = 64 << 20

Report = Callable[[int], None]
Row = list[Any]

_FATAL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_START_WRITE = 2  # SYNC_FILE_RANGE_WRITE: begin writing these pages to the disk, wait for nothing


class Copying(NamedTuple):
    """How a batch is copied: the digest's algorithm, and whether each file is synced by itself."""

    algorithm: str
    sync: bool


class _Own(threading.local):
    """One buffer a thread: a fresh one for each of many small files takes longer than reading them."""

    def __init__(self) -> None:
        self.buffer = memoryview(bytearray(BUFFER))


_OWN = _Own()


class SourceFault(Exception):  # noqa: N818 - not an error of the copy: it becomes a finding
    """Reading the source failed; the one argument is the OSError."""


def begin(thread: threading.Thread) -> None:
    """Start a thread.

    Raises:
        OSError: The system gives no further thread.
    """
    try:
        thread.start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error


def raw(name: str) -> bytes:
    """Give the bytes of a name held as UTF-8 text with surrogate escapes."""
    return name.encode("utf-8", "surrogateescape")


def open_folder(root: int, parts: list[str]) -> int:
    """Open a folder below a root step by step, following no link; the caller closes it."""
    here = os.dup(root)
    for part in parts:
        try:
            deeper = os.open(
                raw(part), os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here
            )
        finally:
            os.close(here)
        here = deeper
    return here


def stat_row(facts: os.stat_result) -> list[int]:
    """Give mode, uid, gid, device, inode, links, size, mtime and ctime in ns, 512-byte blocks."""
    return [
        facts.st_mode,
        facts.st_uid,
        facts.st_gid,
        facts.st_dev,
        facts.st_ino,
        facts.st_nlink,
        facts.st_size,
        facts.st_mtime_ns,
        facts.st_ctime_ns,
        facts.st_blocks,
    ]


def missed(error: OSError) -> Row:
    """Give the row of a file that could not be opened or read."""
    state = "vanished" if error.errno in _GONE else "unreadable"
    return [state, os.strerror(error.errno or 0).lower(), "", 0, None]


def copy_file(name: str, place: str, folder: int, bag: int, how: Copying, report: Report) -> Row:
    """Copy one file from an opened source folder to a place below the opened bag.

    Returns:
        ``[state, detail, digest of what is stored, size, stat row or None]``; state is ``ok``,
        ``changed``, ``vanished``, ``unreadable`` or ``special``, and nothing is stored under the
        last three.

    Raises:
        OSError: Writing failed.
    """
    try:
        origin = _open_source(raw(name), folder)
    except OSError as error:
        return missed(error)
    try:
        before = os.fstat(origin)
        if not stat.S_ISREG(before.st_mode):
            return ["special", "", "", 0, stat_row(before)]
        target = os.open(raw(place), _NEW, 0o400, dir_fd=bag)
        try:
            return _fill(origin, target, before, how, report)
        except SourceFault as fault:
            os.unlink(raw(place), dir_fd=bag)
            return [*missed(fault.args[0])[:4], stat_row(before)]
        finally:
            os.close(target)
    finally:
        os.close(origin)


def forget(place: str, bag: int) -> None:
    """Ask the system to drop its copy of a file's bytes and to begin reading the medium."""
    try:
        descriptor = os.open(raw(place), _READ, dir_fd=bag)
    except OSError:
        return  # hashing it will say why
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.posix_fadvise(descriptor, 0, WINDOW, os.POSIX_FADV_WILLNEED)
    finally:
        os.close(descriptor)


def hash_file(place: str, bag: int, algorithms: list[str], report: Report) -> Row:
    """Hash one file below the opened bag: ``[size, digest, ...]``, or ``[-1, reason]``.

    Args:
        place: Path below the bag.
        bag: Descriptor of the bag's folder.
        algorithms: Names hashlib knows, in the order of the digests wanted.
        report: Called with each number of bytes done.
    """
    try:
        descriptor = os.open(raw(place), _READ, dir_fd=bag)
    except OSError as error:
        return [-1, os.strerror(error.errno or 0).lower()]
    try:
        return _digest(descriptor, algorithms, report)
    except OSError as error:
        return [-1, os.strerror(error.errno or 0).lower()]
    finally:
        os.close(descriptor)


def _open_source(name: bytes, folder: int) -> int:
    try:
        return os.open(name, _READ | os.O_NOATIME, dir_fd=folder)
    except PermissionError:
        return os.open(name, _READ, dir_fd=folder)


def _fill(origin: int, target: int, before: os.stat_result, how: Copying, report: Report) -> Row:
    large = before.st_size > LARGE
    hashed = hashlib.new(how.algorithm)
    copy = _copy_large if large else _copy_small
    size, found = copy(origin, target, before.st_size, hashed, report)
    facts = stat_row(before)
    changed = size != before.st_size or facts[3:9] != stat_row(os.fstat(origin))[3:9]
    if changed and large:
        # What was hashed and what was copied may be two states of the file: name what is stored.
        size, found = _digest(target, [how.algorithm], lambda _: None)
    os.utime(target, ns=(before.st_mtime_ns, before.st_mtime_ns))
    if how.sync:
        os.fsync(target)
    return ["changed" if changed else "ok", "", found, size, facts]


def _copy_small(
    origin: int, target: int, size: int, hashed: "hashlib._Hash", report: Report
) -> tuple[int, str]:
    done = 0
    buffer = _OWN.buffer
    while done < size:
        count = _read_at(origin, buffer[: size - done], done)
        if not count:
            break
        hashed.update(buffer[:count])
        _write_at(target, buffer[:count], done)
        done += count
    report(done)
    return done, hashed.hexdigest()


class _Front:
    """How far the copying thread has come; the hashing thread stays behind it."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._at = 0
        self._ended = False
        self.fault: BaseException | None = None

    def run(self, positions: Iterator[int]) -> None:
        try:
            for at in positions:
                with self._moved:
                    self._at = at
                    self._moved.notify()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self.fault = error
        with self._moved:
            self._ended = True
            self._moved.notify()

    def beyond(self, done: int) -> int:
        """Wait until there is more than ``done``, or no more to come; give how far it is."""
        with self._moved:
            self._moved.wait_for(lambda: self._at > done or self._ended)
            return self._at


def _copy_large(
    origin: int, target: int, size: int, hashed: "hashlib._Hash", report: Report
) -> tuple[int, str]:
    front = _Front()
    copier = threading.Thread(target=front.run, args=(_move(origin, target, size),))
    begin(copier)
    done = 0
    buffer = _OWN.buffer
    try:
        while (ready := front.beyond(done)) > done:
            while done < ready and (count := _read_at(origin, buffer[: ready - done], done)):
                hashed.update(buffer[:count])
                done += count
                report(count)
            done = max(done, ready)
    finally:
        copier.join()
    if front.fault:
        raise front.fault
    return os.fstat(target).st_size, hashed.hexdigest()


def _move(origin: int, target: int, size: int) -> Iterator[int]:
    """Copy the data and leave the holes; yield how far the copy is good."""
    ways = [_by_range, _by_sendfile, _by_hand]
    at = last = written = 0
    while at < size:
        at = _seek(origin, at, os.SEEK_DATA, size)
        end = _seek(origin, at, os.SEEK_HOLE, size)
        while at < end:
            try:
                count = ways[0](origin, target, at, min(end - at, WINDOW))
            except OSError as error:
                if error.errno in _FATAL or len(ways) == 1:
                    raise
                del ways[0]
                continue
            if not count:
                return
            last = at = at + count
            if at - written >= WRITE_BACK:
                _start_write_back(target, written, at - written)
                written = at
            yield at
    # A source cut short meanwhile must not be made up with zeros.
    size = max(last, min(size, os.fstat(origin).st_size))
    os.ftruncate(target, size)
    yield size


def _by_range(origin: int, target: int, at: int, count: int) -> int:
    """Copy within the kernel; shares blocks where the file system can."""
    return os.copy_file_range(origin, target, count, at, at)


def _by_sendfile(origin: int, target: int, at: int, count: int) -> int:
    """Copy within the kernel between file systems."""
    os.lseek(target, at, os.SEEK_SET)
    return os.sendfile(target, origin, at, count)


def _by_hand(origin: int, target: int, at: int, count: int) -> int:
    """Copy through a buffer; here a failed read is told from a failed write."""
    buffer = _OWN.buffer[: min(count, BUFFER)]
    got = _read_at(origin, buffer, at)
    _write_at(target, buffer[:got], at)
    return got


def _digest(descriptor: int, algorithms: list[str], report: Report) -> Row:
    hashes = [hashlib.new(name) for name in algorithms]
    buffer = _OWN.buffer
    done = 0
    while count := os.preadv(descriptor, [buffer], done):
        if done and done % WINDOW == 0:
            os.posix_fadvise(descriptor, done + WINDOW, WINDOW, os.POSIX_FADV_WILLNEED)
        for one in hashes:
            one.update(buffer[:count])
        done += count
        report(count)
    return [done, *(one.hexdigest() for one in hashes)]


def _read_at(descriptor: int, buffer: memoryview, at: int) -> int:
    try:
        return os.preadv(descriptor, [buffer], at)
    except OSError as error:
        raise SourceFault(error) from error


def _write_at(descriptor: int, data: memoryview, at: int) -> None:
    while data:
        count = os.pwrite(descriptor, data, at)
        data, at = data[count:], at + count


def _seek(descriptor: int, at: int, whence: int, size: int) -> int:
    try:
        return min(os.lseek(descriptor, at, whence), size)
    except OSError as error:
        # No more data; or a file system that knows no holes, where all of it is data.
        hole = whence == os.SEEK_HOLE
        return size if hole or error.errno == errno.ENXIO else at


def _start_write_back(descriptor: int, at: int, count: int) -> None:
    import ctypes

    start = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if start:
        start(descriptor, ctypes.c_int64(at), ctypes.c_int64(count), _START_WRITE)
