"""Run the stand-in as a process; its first line of output says where it listens."""

import argparse
import json
import sys
import threading
from pathlib import Path

from breachbook.slack.standin.serve import Standin


def main() -> None:
    """Serve until a signal, or with ``--until-eof`` until standard input ends.

    Tokens and secrets are in the state file (mode 0600), never printed.
    """
    parser = argparse.ArgumentParser(prog="python -m breachbook.slack.standin")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--settings", type=Path, help="JSON: users, channels, request_url ...")
    parser.add_argument("--until-eof", action="store_true")
    given = parser.parse_args()
    settings = json.loads(given.settings.read_text()) if given.settings else {}
    standin = Standin(given.state, settings, port=given.port)
    if given.until_eof:
        threading.Thread(target=_stop_at_eof, args=[standin], daemon=True).start()
    sys.stdout.write(json.dumps({"url": standin.url, "api_url": standin.api_url}) + "\n")
    sys.stdout.flush()
    standin.run()


def _stop_at_eof(standin: Standin) -> None:
    sys.stdin.read()
    standin.server.should_exit = True


if __name__ == "__main__":
    main()
