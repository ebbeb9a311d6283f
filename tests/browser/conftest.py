"""A report in a browser, on a machine where every other address ends in a trap."""

import socket
import threading

import chromium
import numpy as np
import pytest
import synthetic_run
from invented import FAILURES, NAMES, extra_tables


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """The folder of the report of an invented run of 42 people, with every kind of table."""
    folder = tmp_path_factory.mktemp("run")
    random = np.random.default_rng(1)
    images = [random.integers(0, 255, (64, 64, 4), np.uint8) for _ in range(3)]
    run = synthetic_run.build(folder, NAMES, 2, images, FAILURES)
    training = run.results / "models/lora/person-2/convergence.csv"
    for path in (training, run.results / "models/stargan/set/convergence.csv"):
        path.parent.mkdir(parents=True)
        path.write_text("step,loss,drift\n0,1.0,0.3\n100,0.5,0.2\n200,0.4,0.1\n")
    return synthetic_run.report(run, tables=extra_tables(run.results))


@pytest.fixture(scope="session")
def trap():
    """A proxy that answers nobody and remembers what was asked: its address, and requests.

    Among them are some of the browser's own, such as for the time.
    """
    came = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wait():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                came.append(connection.recv(200))
                connection.close()

        threading.Thread(target=wait, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", came
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="session")
def browser(trap):
    if chromium.program() is None:
        pytest.skip("no chromium on this machine; Debian: apt-get install chromium")
    with chromium.running(trap[0]) as page:
        yield page


@pytest.fixture
def overview(browser, report):
    browser.resize(1280, 900)
    browser.open((report / "index.html").as_uri())
    browser.wait("document.querySelector('#table-0[data-ready]')")
    return browser


@pytest.fixture
def person(browser, report):
    browser.resize(1280, 900)
    browser.open((report / "identity/person-2.html").as_uri())
    browser.wait("document.querySelector('#figures-table[data-ready]')")
    return browser


@pytest.fixture(autouse=True)
def nothing_said_and_nobody_asked(request):
    """Whatever a test does: no complaint in the console, and no request but for files."""
    yield
    if not {"overview", "person"} & set(request.fixturenames):
        return
    page = request.getfixturevalue("browser")
    assert page.complaints == []
    strange = [url for url in page.requests if not url.startswith(("file:", "data:"))]
    assert strange == []
