"""Offline means offline: a job that tries to reach the network is stopped."""

import os
import sys

# what the libraries at work understand
VARIABLES = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


class NetworkRefused(RuntimeError):
    """Something tried to reach the network in an offline run."""


def enforce() -> None:
    """Refuse every connection and name look-up from now on, in this process.

    An audit hook (PEP 578) sees them whichever library asks; it cannot be
    taken off again, and is not meant against hostile code.
    """
    os.environ.update(VARIABLES)
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        target = arguments[-1] if event == "socket.connect" else arguments[0]
        if isinstance(target, str) and event == "socket.connect":
            return  # a UNIX socket: it does not leave the machine
        raise NetworkRefused(
            f"offline: true, but something tried to reach {target}; put the file it wants into "
            "the models folder (resources/models.yaml), or set offline: false"
        )
