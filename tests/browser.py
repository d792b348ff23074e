"""A person before the stand-in's page: headless Chromium, driven by clicks and typing only."""

import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from breachbook.slack.standin import Standin

Entry = str | Sequence[str]
_TALL = {"width": 1280, "height": 1500}
_PAUSE_MS = 150


class Seat:
    """The chair at the page; whoever sits there picks who they are in its list of people.

    Args:
        pictures: Folder for screenshots, numbered in the order they are taken.
    """

    def __init__(self, page: Page, pictures: Path) -> None:
        self.page = page
        self._pictures = pictures
        self._taken = 0

    def be(self, name: str) -> None:
        """Choose who one is."""
        self._go(self.page.locator("nav a", has_text=name))

    def channel(self, name: str) -> None:
        """Open a channel, once one is in it."""
        self._go(self.find(f'nav a:has-text("{name}")'))

    def home(self) -> None:
        """Open the app's Home tab."""
        self._go(self.page.locator("nav button", has_text="Breachbook"))

    def messages(self) -> None:
        """Open the app's messages."""
        self.home()
        self._go(self.page.locator(".tabs button", has_text="Messages"))

    def find(self, selector: str, seconds: float = 30.0) -> Locator:
        """Refresh the page until something is on it."""
        end = time.monotonic() + seconds
        found = self.page.locator(selector)
        while not found.count():
            assert time.monotonic() < end, f"waited for {selector}; there is {self._told()}"
            self.page.wait_for_timeout(_PAUSE_MS)
            self.page.reload()
        return found.first

    def gone(self, selector: str, seconds: float = 30.0) -> None:
        """Refresh the page until something is no longer on it."""
        end = time.monotonic() + seconds
        while self.page.locator(selector).count():
            assert time.monotonic() < end, f"waited for {selector} to go"
            self.page.wait_for_timeout(_PAUSE_MS)
            self.page.reload()

    def press(self, where: str, action: str) -> None:
        """Press a button, found by where it is and what it does."""
        self._go(self.find(f'{where} button[data-action="{action}"]'))

    def fill(self, entries: Mapping[str, Entry]) -> None:
        """Fill the open form in, by the names of its fields."""
        self.find("form.modal")
        for name, entry in entries.items():
            field = self.page.locator(f'form.modal [data-block="{name}"]')
            self._enter(field, entry)

    def submit(self) -> None:
        """Send the open form; what is wrong with it fails the test in its own words."""
        self._go(self.page.locator("form.modal [data-submit]"))
        assert not self.errors(), self.errors()

    def errors(self) -> list[str]:
        """Read what the open form says is wrong."""
        return self.page.locator("form.modal .error").all_inner_texts()

    def close(self) -> None:
        """Close the open form."""
        self._go(self.page.locator('form.modal [formaction="/close"]'))

    def say(self, text: str) -> None:
        """Type into the box and send."""
        self.page.locator(".say textarea").fill(text)
        self._go(self.page.locator(".say button"))

    def upload(self, message: str, path: Path) -> None:
        """Put a file into the thread of a message."""
        self.page.locator(f"{message} > .said > .more > summary").click()
        self._go(self.page.locator(message).get_by_role("link", name="Reply in thread"))
        self.page.locator('.say input[type="file"]').set_input_files(path)
        self._go(self.page.locator(".say button"))

    def download(self, message: str, ending: str) -> bytes:
        """Fetch a file from the thread of a message by its link."""
        link = self.find(f'{message} + .thread a[download$="{ending}"]')
        with self.page.expect_download() as told:
            link.click()
        return Path(told.value.path()).read_bytes()

    def text(self, selector: str) -> str:
        """Read what stands somewhere."""
        return self.page.locator(selector).first.inner_text()

    def picture(self, name: str, of: str = "") -> None:
        """Keep a screenshot of the page, or of a part of it."""
        self._taken += 1
        path = self._pictures / f"{self._taken:02}-{name}.png"
        shown = self.page.locator(of).first if of else self.page
        shown.screenshot(path=path)

    def _told(self) -> list[str]:
        """Read what the page says about what was done last, and the open form."""
        return self.page.locator(".note, form.modal").all_inner_texts()

    def _enter(self, field: Locator, entry: Entry) -> None:
        control = field.locator('textarea, select, input:not([type="hidden"])').first
        if not isinstance(entry, str):
            for value in entry:
                field.locator(f'input[value="{value}"]').check()
        elif control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(entry)
        else:
            control.fill(entry)

    def _go(self, clicked: Locator) -> None:
        """Click what leads to another page; the next look must not be at the old one."""
        with self.page.expect_navigation():
            clicked.click()


@contextlib.contextmanager
def seat(standin: Standin, pictures: Path) -> Iterator[Seat]:
    """Open the page in Debian's Chromium with the link that lets a browser in."""
    pictures.mkdir(parents=True, exist_ok=True)
    with in_chromium() as page:
        page.goto(standin.page_url)
        page.wait_for_selector("nav a")
        yield Seat(page, pictures)


@contextlib.contextmanager
def in_chromium() -> Iterator[Page]:
    """Open an empty page in Debian's Chromium."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield chromium.new_page(viewport=_TALL)  # type: ignore[arg-type]
        chromium.close()
