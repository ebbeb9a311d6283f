"""A training that was killed goes on as if nothing had happened."""

import os
import random

import numpy as np
import pytest
import torch

from idlock.problems import BadInput
from idlock.training import state, trace


def draw():
    return torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()


def test_random_numbers_go_on_where_they_were(tmp_path):
    draw()
    np.random.standard_normal()
    state.save(tmp_path / "state.pt", {"step": 7, "random": state.random_state()})
    expected = draw()
    draw()
    saved = state.load(tmp_path / "state.pt")
    state.restore_random(saved["random"])
    assert saved["step"] == 7
    assert draw() == expected


def test_states_with_code_are_refused(tmp_path):
    class Code:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made-by-the-file"),)

    torch.save({"weights": Code()}, tmp_path / "state.pt")
    with pytest.raises(BadInput, match="refused"):
        state.load(tmp_path / "state.pt")
    assert not (tmp_path / "made-by-the-file").exists()


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b""])
def test_damaged_states_are_named(tmp_path, damage):
    path = tmp_path / "state.pt"
    state.save(path, {"weights": torch.zeros(1000)})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadInput, match=r"state\.pt"):
        state.load(path)


def test_a_trace_goes_on_after_the_step_it_was_saved_at(tmp_path):
    path = tmp_path / "convergence.csv"
    first = trace.Trace(path, ["step", "loss", "phase"])
    for step in (1, 2, 3):
        first.add(step=step, loss=0.1 * step, phase="COARSE")
    with path.open("a") as file:
        file.write("4,0.")  # killed in the middle of a row
    again = trace.Trace(path, ["step", "loss", "phase"], since=2)
    again.add(step=3, phase="MID")
    assert path.read_text().splitlines() == [
        "step,loss,phase", "1,0.1,COARSE", "2,0.2,COARSE", "3,,MID",
    ]  # fmt: skip


def test_a_trace_refuses_what_it_has_no_column_for(tmp_path):
    table = trace.Trace(tmp_path / "t.csv", ["step", "loss"])
    with pytest.raises(ValueError, match="no column 'los'"):
        table.add(step=1, los=0.3)
    with pytest.raises(ValueError, match="its columns are"):
        trace.Trace(tmp_path / "t.csv", ["step", "drift"])
