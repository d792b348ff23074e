"""A web page as a browser shows it: the whole page as PNG and as PDF, by headless Chromium where there is one."""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from breachbook.collecting import programs
from breachbook.collecting.gateway import gateway
from breachbook.collecting.registry import BROWSERS

SCREENSHOT, PRINT = "screenshot.png", "page.pdf"

_WIDTH, _HEIGHT, _TALLEST = 1280, 1024, 16_384
_SETTLE_SECONDS = 15.0
_FAULTS = (OSError, ValueError, KeyError, TypeError, WebSocketException)
# What the browser would ask its maker for, whatever it is told, goes here and is refused.
_NOWHERE = "0.0.0.0"  # noqa: S104
_OPTIONS = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
    "--disable-component-extensions-with-background-pages", "--disable-field-trial-config",
    "--disable-client-side-phishing-detection", "--disable-domain-reliability",
    "--disable-extensions", "--disable-sync", "--disable-breakpad", "--disable-dev-shm-usage",
    "--disable-features=Translate,MediaRouter,OptimizationHints,NetworkTimeServiceQuerying",
    "--hide-scrollbars", "--mute-audio",
    "--metrics-recording-only", "--no-pings", "--password-store=basic", "--use-mock-keychain",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--remote-debugging-port=0",
    f"--gaia-url=http://{_NOWHERE}/", f"--component-updater=url-source=http://{_NOWHERE}/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pictured:
    """What came of picturing a page.

    Attributes:
        program: Browser and version; empty where there is none.
        fault: Why there is no picture, or not both; empty when there are.
        reached: Hosts the page made the browser ask, to the address reached; empty for one refused.
        final: Address that the browser ended at.
    """

    program: str = ""
    fault: str = ""
    reached: Mapping[str, str] | None = None
    final: str = ""


def picture(url: str, folder: Path, home: Path, *, example: bool, seconds: int) -> Pictured:
    """Lay SCREENSHOT and PRINT of a page into a folder; whatever fails is told, never raised.

    Args:
        home: New folder for the browser's profile.
        example: Whether only this machine may be reached; otherwise only public addresses may.
        seconds: How long all of it may take.
    """
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        return Pictured(fault="no browser on this machine")
    home.mkdir(mode=0o700)
    name = programs.version(browser, home)
    with gateway(example=example) as way:
        fault, final = "", ""
        try:
            with _running(browser, home, way.address) as process:
                final = _pictured(_Page(home, process, seconds), url, folder)
        except TimeoutError:
            fault = "the browser took too long"
        except _FAULTS as error:
            fault = str(error)[:200] or type(error).__name__
        own = f"{_NOWHERE}:"
        reached = {
            host: at for host, at in sorted(way.reached.items()) if not host.startswith(own)
        }
        return Pictured(name, fault, reached, final)


def _pictured(page: "_Page", url: str, folder: Path) -> str:
    with page:
        page.open(url)
        size = page.call("Page.getLayoutMetrics")["cssContentSize"]
        height = min(max(int(size["height"]), _HEIGHT), _TALLEST)
        clip = {"x": 0, "y": 0, "width": max(int(size["width"]), 1), "height": height, "scale": 1}
        shot = page.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        (folder / SCREENSHOT).write_bytes(base64.b64decode(shot["data"]))
        printed = page.call("Page.printToPDF", printBackground=True)
        (folder / PRINT).write_bytes(base64.b64decode(printed["data"]))
        where = page.call("Page.getNavigationHistory")
        return str(where["entries"][where["currentIndex"]]["url"])


@contextmanager
def _running(browser: str, home: Path, way: str) -> Iterator[subprocess.Popen[bytes]]:
    # Root's processes cannot be put into a sandbox of user namespaces.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    options = (
        *_OPTIONS, *sandbox, f"--user-data-dir={home / 'profile'}", f"--proxy-server={way}",
        "--proxy-bypass-list=<-loopback>", f"--window-size={_WIDTH},{_HEIGHT}",
    )  # fmt: skip
    process = subprocess.Popen(
        [browser, *options, "about:blank"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd=home, env=programs.environment(home), start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        programs.killed(process)


class _Page:
    """The browser's one tab, spoken to over its DevTools protocol."""

    def __init__(self, home: Path, process: subprocess.Popen[bytes], seconds: int) -> None:
        self._until = time.monotonic() + seconds
        self._calls = 0
        self._settled: set[str] = set()
        self._session = ""
        self._wire = self._connect(home / "profile" / "DevToolsActivePort", process)

    def __enter__(self) -> "_Page":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(*_FAULTS):
            self._wire.close()

    def call(self, method: str, **parameters: Any) -> Any:
        """Ask the browser something and give its answer."""
        self._calls += 1
        number = self._calls
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._wire.send(json.dumps(message))
        while True:
            answer = self._heard(self._until)
            if answer.get("id") == number:
                if "error" in answer:
                    raise ValueError(f"{method}: {str(answer['error'].get('message'))[:120]}")
                return answer["result"]

    def open(self, url: str) -> None:
        """Go to an address and wait until the page has loaded and asks for nothing more."""
        tabs = self.call("Target.getTargets")["targetInfos"]
        tab = next(one["targetId"] for one in tabs if one["type"] == "page")
        found = self.call("Target.attachToTarget", targetId=tab, flatten=True)
        self._session = found["sessionId"]
        self.call("Page.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.call("Page.setDownloadBehavior", behavior="deny")
        loading = self.call("Page.navigate", url=url)
        if loading.get("errorText"):
            raise ValueError(f"the browser could not load it: {loading['errorText'][:120]}")
        until = min(self._until, time.monotonic() + _SETTLE_SECONDS)
        with suppress(TimeoutError):  # a page that never rests is pictured as it is by then
            while loading["loaderId"] not in self._settled:
                self._heard(until)

    def _heard(self, until: float) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._wire.recv(max(until - time.monotonic(), 0)))
        parameters = message.get("params", {})
        if parameters.get("name") == "networkIdle":
            self._settled.add(parameters["loaderId"])
        if message.get("method") == "Page.javascriptDialogOpening":
            self._calls += 1
            answer = {"id": self._calls, "method": "Page.handleJavaScriptDialog",
                      "params": {"accept": False}, "sessionId": self._session}  # fmt: skip
            self._wire.send(json.dumps(answer))
        return message

    def _connect(self, mark: Path, process: subprocess.Popen[bytes]) -> ClientConnection:
        while True:
            with suppress(FileNotFoundError, ValueError):
                port, path = mark.read_text().split("\n")
                return connect(
                    f"ws://127.0.0.1:{int(port)}{path}",
                    max_size=None,
                    compression=None,
                    proxy=None,
                )
            if process.poll() is not None:
                raise OSError("the browser ended at once")
            if time.monotonic() > self._until:
                raise TimeoutError
            time.sleep(0.02)
