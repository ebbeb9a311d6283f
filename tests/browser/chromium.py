"""A real browser, driven over a pipe by the DevTools protocol: nothing to install but chromium."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-default-apps --disable-extensions --hide-scrollbars --remote-debugging-pipe"
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 30  # s


def program() -> str | None:
    """The browser of this machine, if it has one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running(proxy: str):
    """A browser with an empty profile that would ask ``proxy`` for anything on a network."""
    ours, theirs = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program(), *FLAGS.split(), f"--user-data-dir={profile}"]
        command += [f"--proxy-server={proxy}", "--proxy-bypass-list=<-loopback>", "about:blank"]
        process = subprocess.Popen(
            # the browser reads from descriptor 3 and writes to 4; sh knows no numbers above 9
            ["bash", "-c", f'exec "$@" 3<&{ours[0]} 4>&{theirs[1]}', "bash", *command],
            pass_fds=(ours[0], theirs[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        try:
            with os.fdopen(ours[1], "wb", 0) as to, os.fdopen(theirs[0], "rb", 0) as back:
                yield Page(to, back)
        finally:
            process.terminate()
            process.wait(PATIENCE)


class Page:
    """A tab: where it goes, what is done in it, and what it said and asked for meanwhile.

    Attributes:
        requests: addresses asked for since `open`.
        complaints: errors and warnings of the console since `open`.
    """

    def __init__(self, to, back):
        self._to, self._back, self._rest, self._number = to, back, b"", 0
        self.requests, self.complaints = [], []
        self._session = None
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")
        self.resize(1280, 900)

    def open(self, address: str) -> None:
        """Go to an address, and wait until it has loaded."""
        self._ask("Page.navigate", url="about:blank")
        self.requests, self.complaints = [], []
        self._ask("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def do(self, script: str):
        """Run a script in the page and return its value, as JSON has it."""
        answer = self._ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a script is true."""
        end = time.monotonic() + PATIENCE
        while not self.do(f"Boolean({condition})"):
            assert time.monotonic() < end, f"waited {PATIENCE} s for {condition}"
            time.sleep(0.02)

    def key(self, key: str, code: int) -> None:
        """Press a key and let it go."""
        about = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        if key == "Enter":
            about["text"] = "\r"
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, **about)

    def click(self, x: float, y: float) -> None:
        """Press the pointer's button at a place of the window, px."""
        for kind in ("mousePressed", "mouseReleased"):
            self._ask(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )  # fmt: skip

    def resize(self, width: int, height: int) -> None:
        """Give the window a size, px."""
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def scheme(self, name: str) -> None:
        """Ask for light or dark pages."""
        feature = {"name": "prefers-color-scheme", "value": name}
        self._ask("Emulation.setEmulatedMedia", features=[feature])

    def picture(self, path: Path, whole: bool = True) -> None:
        """Write a screenshot."""
        data = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(data["data"]))

    def _ask(self, method: str, **values):
        self._number += 1
        message = {"id": self._number, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self._note(answer)

    def _read(self):
        while b"\0" not in self._rest:
            data = self._back.read(1 << 20)
            assert data, "the browser ended"
            self._rest += data
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event):
        about = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(about["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(about["exceptionDetails"]["text"] + str(about))
            case "Runtime.consoleAPICalled" if about["type"] in ("error", "warning", "assert"):
                self.complaints.append(str(about["args"]))
            case "Log.entryAdded" if about["entry"]["level"] in ("error", "warning"):
                self.complaints.append(about["entry"]["text"])
