"""Model files are known by digest, and an offline run reaches nothing."""

import hashlib
import socket
import subprocess
import sys

import pytest

from idlock import config
from idlock.faces import segmenters
from idlock.trust import fetch, licences


def checked(**values):
    return config.checked({"identities": "people.tsv"} | values, None)


def entry(tmp_path, content=b"weights", **changes):
    source = tmp_path / "server" / "net.onnx"
    source.parent.mkdir(exist_ok=True)
    source.write_bytes(content)
    known = {
        "file": "net.onnx",
        "used_for": {"judge": "net"},
        "source": "a test",
        "url": source.as_uri(),
        "sha256": hashlib.sha256(b"weights").hexdigest(),
        "licence": "MIT",
        "commercial": True,
    }
    return known | changes


def test_fetched_files_have_the_right_digest(tmp_path):
    folder = tmp_path / "models"
    state = fetch.State(entry(tmp_path), None)
    assert fetch.fetch(state, folder).read_bytes() == b"weights"
    wrong = fetch.State(entry(tmp_path, b"other"), None)
    (folder / "net.onnx").unlink()
    with pytest.raises(ValueError, match="another file"):
        fetch.fetch(wrong, folder)
    assert list(folder.iterdir()) == []
    unknown = fetch.State(entry(tmp_path, url=None), None)
    with pytest.raises(ValueError, match="no address"):
        fetch.fetch(unknown, folder)


def test_states(tmp_path, monkeypatch):
    known = entry(tmp_path)
    monkeypatch.setattr(licences, "catalogue", lambda: [known])
    settings = checked(judge="net", models=str(tmp_path / "models"))
    (missing,) = fetch.states(settings)
    assert missing.path is None
    assert "missing" in missing.said
    deep = tmp_path / "models" / "deep" / "net.onnx"
    deep.parent.mkdir(parents=True)
    deep.write_bytes(b"weights")
    (right,) = fetch.states(settings)
    assert right.right is True
    deep.write_bytes(b"weight?")
    (wrong,) = fetch.states(settings)
    assert wrong.right is False
    assert "another" in wrong.said


def test_the_catalogue_is_complete():
    for known in licences.catalogue():
        assert known["licence"], known
        assert known["source"], known
        assert isinstance(known["commercial"], bool), known
        assert len(known.get("sha256", "0" * 64)) == 64, known


def test_every_network_that_may_cut_out_is_in_the_catalogue():
    known = {entry["used_for"].get("segmenter"): entry for entry in licences.catalogue()}
    for network, released_as in segmenters.NETWORKS.items():
        names = {known[network]["file"], known[network].get("also", known[network]["file"])}
        assert names == {f"{network}.onnx", f"{released_as}.onnx"}


def test_a_commercial_run_is_refused_weights_that_lie_there_but_are_not_free(tmp_path):
    settings = checked(models=str(tmp_path))
    before = list(licences.refusals(settings))
    (tmp_path / "u2netp.onnx").write_bytes(b"free")
    assert list(licences.refusals(settings)) == before
    (tmp_path / "bria-rmbg-2.0.onnx").write_bytes(b"not free, and preferred")
    assert any("bria-rmbg" in refusal for refusal in licences.refusals(settings))


def test_a_commercial_run_is_refused_what_nobody_knows_the_licence_of():
    lora = {"engines": ["lora"]}
    free = checked(generate=lora, lora={"base": "resources/embedded_base"})
    assert not any("embedded_base" in refusal for refusal in licences.refusals(free))
    unknown = checked(generate=lora, lora={"base": "somebody/finetune"})
    assert any("finetune (lora.base)" in refusal for refusal in licences.refusals(unknown))


OFFLINE = """
import socket
from idlock.trust import offline
offline.enforce()
{attempt}
"""


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('127.0.0.1', {port}), timeout=5)",
        "socket.getaddrinfo('example.org', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}/')",
    ],
)
def test_an_offline_job_reaches_nothing(attempt):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        code = OFFLINE.format(attempt=attempt.format(port=server.getsockname()[1]))
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
    assert done.returncode != 0
    assert "offline: true" in done.stderr
    assert "NetworkRefused" in done.stderr
