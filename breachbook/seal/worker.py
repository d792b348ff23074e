"""Does batches of copying and hashing, in this process or as a process of its own.

As a process it is started without the host's site packages, its main module or Breachbook's own
imports: so it reads after 30 ms, and starting it is safe from threads and event loops. Jobs come
on standard input, replies go to standard output, each four bytes of length and JSON. It ends at
once when its standard input does, that is, when whoever started it is gone, however that happened.

Job: ``{"do": "copy", "files": [[folder below the source, name, place in the bag], ...],
"algorithm": name, "sync": bool}`` or ``{"do": "hash", "files": [place, ...],
"algorithms": [name, ...], "cold": bool}``.
Reply: ``{"bytes": done}`` now and then, and at the end ``{"rows": [...], "bytes": rest}`` or
``{"fault": [errno, text]}``.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, BinaryIO

from breachbook.seal.copying import (
    Copying,
    Report,
    Row,
    copy_file,
    forget,
    hash_file,
    missed,
    open_folder,
)

REPORT_EVERY = 32 << 20

Job = dict[str, Any]


def perform(job: Job, source: int, bag: int, report: Report) -> list[Row]:
    """Do one job; one row a file, in its order, as `copy_file` and `hash_file` give them.

    Raises:
        OSError: Writing failed; what was to be made is not whole.
    """
    if job["do"] == "hash":
        if job["cold"]:
            for place in job["files"]:
                forget(place, bag)
        return [hash_file(place, bag, job["algorithms"], report) for place in job["files"]]
    how = Copying(job["algorithm"], job["sync"])
    rows: list[Row] = []
    for folder, files in groupby(job["files"], key=itemgetter(0)):
        rows += _copy_from(folder, files, source, bag, how, report)
    return rows


def _copy_from(
    folder: str, files: Iterable[list[str]], source: int, bag: int, how: Copying, report: Report
) -> list[Row]:
    """Copy files of one folder; one that cannot be opened any more is the same fault for each."""
    try:
        opened = open_folder(source, folder.split("/") if folder else [])
    except OSError as error:
        return [missed(error) for _ in files]
    try:
        return [copy_file(name, place, opened, bag, how, report) for _, name, place in files]
    finally:
        os.close(opened)


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message: four bytes of length, big end first, and JSON in ASCII."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message; None when the stream has ended, even in the middle of one."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    body = stream.read(int.from_bytes(head, "big"))
    return json.loads(body) if len(body) == int.from_bytes(head, "big") else None


def main(source: int, bag: int) -> None:
    """Serve jobs until standard input ends; the descriptors are inherited, source may be -1."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    while True:
        job = jobs.get()
        tally = _Tally()
        try:
            reply: Any = {"rows": perform(job, source, bag, tally.add), "bytes": tally.rest}
        except OSError as error:
            reply = {"fault": [error.errno or 0, error.strerror or str(error)]}
        send(sys.stdout.buffer, reply)


def _listen(jobs: queue.SimpleQueue[Job]) -> None:
    while (job := receive(sys.stdin.buffer)) is not None:
        jobs.put(job)
    os._exit(0)


class _Tally:
    """Counts bytes done and tells of them in large portions."""

    def __init__(self) -> None:
        self.rest = 0

    def add(self, count: int) -> None:
        self.rest += count
        if self.rest >= REPORT_EVERY:
            send(sys.stdout.buffer, {"bytes": self.rest})
            self.rest = 0
