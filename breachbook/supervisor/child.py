"""The first thing each child runs: it ends, with all it started, when the supervisor's pipe closes.

``python -m breachbook.supervisor.child ROLE DESCRIPTOR``: nothing can be written to the descriptor; only the
supervisor holds its other end, so its death, however sudden, is seen here as end of file.
"""

import os
import signal
import sys
import threading


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 64):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main() -> None:
    """Become the leader of an own process group, watch the pipe, then play the role."""
    role, descriptor = sys.argv[1], int(sys.argv[2])
    os.setpgid(0, 0)
    os.set_inheritable(descriptor, False)
    threading.Thread(
        target=_watch, args=(descriptor,), daemon=True, name="supervisor's pipe"
    ).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from breachbook.supervisor import roles

    roles.play(role)


if __name__ == "__main__":
    main()
