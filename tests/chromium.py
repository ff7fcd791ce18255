"""The browser in which the page is looked at: Debian's Chromium."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Without a GPU, and without the sandbox that root may not use.
SWITCHES = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]

PROGRAM = next(filter(None, map(shutil.which, BROWSERS)), None)
"""Where it is; None where there is none."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own, closed in the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=SWITCHES)
        yield browser
        browser.close()
