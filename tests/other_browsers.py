"""Firefox and WebKit as Debian has them, which Playwright cannot drive, by protocols of their own.

Both are given a screen in memory: without one Firefox has no WebGL here, and WebKit no window.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import requests

SCREEN = shutil.which("Xvfb")
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
WEBKIT_DRIVER = shutil.which("WebKitWebDriver")
WEBKIT = next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))), None)

MISSING = {
    "Firefox": None in (SCREEN, FIREFOX),
    "WebKit": None in (SCREEN, WEBKIT_DRIVER, WEBKIT),
}
PACKAGES = {"Firefox": "firefox-esr xvfb", "WebKit": "webkit2gtk-driver xvfb"}

PREFERENCES = {"marionette.port": 0, "webgl.force-enabled": True}  # by software too
PATIENCE = 120.0
"""Seconds: a busy machine starts a browser slowly."""


class Browser(ABC):
    """A browser with one window."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Show a page, to its end."""

    @abstractmethod
    def run(self, script: str, *arguments: object) -> Any:
        """What a script returns, the body of a function whose `arguments` are these."""

    def wait_for(self, expression: str, *arguments: object) -> None:
        """Wait until a script's expression is true."""
        patiently(lambda: self.run(f"return {expression}", *arguments), expression)


class Firefox(Browser):
    """By Marionette: over a socket, each message JSON behind its length and a colon."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._answers = self._socket.makefile("rb")
        self._read()
        self._command("WebDriver:NewSession")

    def open(self, address: str) -> None:
        self._command("WebDriver:Navigate", url=address)

    def run(self, script: str, *arguments: object) -> Any:
        return self._command("WebDriver:ExecuteScript", script=script, args=arguments)["value"]

    def _command(self, name: str, **parameters: object) -> Any:
        message = json.dumps([0, 1, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, value = self._read()
        assert error is None, error
        return value

    def _read(self) -> Any:
        length = b""
        while (byte := self._answers.read(1)) != b":":
            assert byte, "Firefox has ended"
            length += byte
        return json.loads(self._answers.read(int(length)))


class WebKit(Browser):
    """By WebDriver, over HTTP."""

    def __init__(self, driver: str) -> None:
        options = {"binary": str(WEBKIT), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self._address = f"{driver}/session"
        self._address += f"/{self._command('', capabilities=wanted)['sessionId']}"

    def open(self, address: str) -> None:
        self._command("/url", url=address)

    def run(self, script: str, *arguments: object) -> Any:
        return self._command("/execute/sync", script=script, args=arguments)

    def close(self) -> None:
        requests.delete(self._address, timeout=PATIENCE)

    def _command(self, path: str, **parameters: object) -> Any:
        answer = requests.post(self._address + path, json=parameters, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()["value"]


@contextmanager
def firefox(folder: Path) -> Iterator[Browser]:
    """A Firefox whose profile is an empty folder."""
    settings = [f'user_pref("{name}", {json.dumps(PREFERENCES[name])});' for name in PREFERENCES]
    (folder / "user.js").write_text("\n".join(settings))
    port = folder / "MarionetteActivePort"
    with on_screen(folder, FIREFOX, "--no-remote", "--profile", folder, "--marionette"):
        yield Firefox(int(patiently(lambda: port.exists() and port.read_text(), "Firefox")))


@contextmanager
def webkit(folder: Path) -> Iterator[Browser]:
    """The small browser that comes with WebKit."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    driver = f"http://127.0.0.1:{port}"
    with on_screen(folder, WEBKIT_DRIVER, f"--port={port}"):
        patiently(lambda: answers(f"{driver}/status"), "WebKit's driver")
        browser = WebKit(driver)
        try:
            yield browser
        finally:
            browser.close()


BROWSERS: Mapping[str, Callable[[Path], AbstractContextManager[Browser]]] = {
    "Firefox": firefox,
    "WebKit": webkit,
}


@contextmanager
def on_screen(home: Path, *command: object) -> Iterator[None]:
    """Run a program that sees a screen of its own and no settings of the person."""
    words = [str(SCREEN), "-displayfd", "1", "-screen", "0", "1300x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as screen:
        try:
            assert screen.stdout is not None
            name = f":{screen.stdout.readline().decode().strip()}"
            with subprocess.Popen(
                [str(word) for word in command],
                env={**os.environ, "DISPLAY": name, "HOME": str(home)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as program:
                try:
                    yield
                finally:
                    program.terminate()
        finally:
            screen.terminate()


def patiently(ask: Callable[[], Any], what: str) -> Any:
    """The first answer that is true."""
    until = time.monotonic() + PATIENCE
    while not (found := ask()):
        assert time.monotonic() < until, f"in vain for {PATIENCE:g} s: {what}"
        time.sleep(0.1)
    return found


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=PATIENCE).ok
    except requests.ConnectionError:
        return False
