"""What several test files share: a run of a batch, and a headless browser, where there is one."""

import functools
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batches import run_in
from hypothesis import settings

# How long an example takes depends on who else computes here: nothing is tested by the clock.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)

#: Seconds after which a browser is taken to have stuck: a test that waits for ever ends no run.
_PATIENCE = 180

#: Runs a command whose files 3 and 4 are two given ones.
_JOINED = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for file, end in zip((3, 4), ends):
    os.dup2(end, file)
os.execv(sys.argv[3], sys.argv[3:])
"""


@pytest.fixture
def batch(tmp_path):
    """Run ``footprint batch`` over a file with this content, and read what it wrote."""

    return functools.partial(run_in, tmp_path)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium without a window; ``browser.open(path)`` gives a page."""
    if Chromium.found() is None:
        pytest.skip("Chromium is not installed here (Debian: apt-get install chromium)")
    running = Chromium(tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def axe():
    """The code of axe-core, which finds what hinders a reader who uses a keyboard or a screen reader."""
    place = os.environ.get("FOOTPRINT_AXE")
    if not place:
        pytest.skip("axe-core is not here: npm install axe-core, and set FOOTPRINT_AXE to its axe.min.js")
    return Path(place).read_text("utf-8")


class Chromium:
    """A browser driven over a pipe by its own protocol: no driver, no port, no further package."""

    def __init__(self, profile):
        # The browser reads commands from its file 3 and answers in its file 4, each message ended by a zero byte.
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        command = [self.found(), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _JOINED, str(read_there), str(write_there), *command],
            pass_fds=(read_there, write_there),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_there)
        os.close(write_there)
        self.commands, self.answers = os.fdopen(write_here, "wb", 0), os.fdopen(read_here, "rb", 0)
        self.number, self.rest, self.events = 0, b"", []

    @staticmethod
    def found():
        """Return where the browser is, or None."""
        return next((path for name in NAMES if (path := shutil.which(name))), None)

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.commands.close()
        self.answers.close()

    def send(self, method, session=None, **params):
        """Send a command and return its answer; what happens meanwhile is kept in ``events``."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        self.commands.write(json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def next(self):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.answers], [], [], _PATIENCE)
            assert ready, f"Chromium did not answer within {_PATIENCE} seconds"
            part = os.read(self.answers.fileno(), 1 << 20)
            assert part, "Chromium ended"
            self.rest += part
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def open(self, path, width=1100, height=900, dark=False, media="screen", scripts=True):
        return Page(self, path, width, height, dark, media, scripts)


class Page:
    """One page, laid out and at rest."""

    def __init__(self, browser, path, width, height, dark, media, scripts):
        self.browser = browser
        browser.events.clear()
        self.target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", media=media, features=scheme)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        if not scripts:
            self.send("Emulation.setScriptExecutionDisabled", value=True)
        self.address = path.as_uri()
        self.send("Page.navigate", url=self.address)
        self.wait("Page.loadEventFired")
        time.sleep(0.1)  # what a page does after it is loaded, such as asking for a picture
        self.run("1")

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def wait(self, event):
        while not any(seen.get("method") == event for seen in self.browser.events):
            self.browser.events.append(self.browser.next())

    def run(self, code):
        """Return the value of an expression of the page; promises are waited for."""
        found = self.send("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found.get("exceptionDetails")
        return found["result"].get("value")

    @property
    def asked_for(self):
        """The addresses that the page asked for, its own left out."""
        seen = [event for event in self.browser.events if event.get("method") == "Network.requestWillBeSent"]
        return [
            event["params"]["request"]["url"] for event in seen if event["params"]["request"]["url"] != self.address
        ]

    @property
    def said(self):
        """What stands in the console: messages, errors, what the policy of the page refused."""
        texts = []
        for event in self.browser.events:
            params = event.get("params", {})
            if event.get("method") == "Log.entryAdded":
                texts.append(params["entry"]["text"])
            elif event.get("method") == "Runtime.consoleAPICalled":
                texts.append(" ".join(str(item.get("value", item.get("description"))) for item in params["args"]))
            elif event.get("method") == "Runtime.exceptionThrown":
                texts.append(params["exceptionDetails"]["text"])
        return texts

    def close(self):
        self.browser.send("Target.closeTarget", targetId=self.target)
