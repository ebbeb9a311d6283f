"""The run on a cluster: what jobs ask for, how a failure is told, and going on after a stop."""

import re
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
import yaml

from idlock.paths import REPOSITORY
from idlock.runner import SNAKEFILE

pytestmark = pytest.mark.slow
SHEET = "identity\tphoto\tconsent\nastronaut\tskimage:astronaut\ttest\ncast\tcast:7/neutral\ttest\n"


@pytest.fixture
def command(cluster, tmp_path):
    """A small project, and the command that runs it through the shipped profile."""
    (tmp_path / "people.tsv").write_text(SHEET)
    settings = {
        "identities": "people.tsv",
        "generate": {"expressions": ["happy"], "seeds": 1},
        "prepare": {"background": "keep"},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings))
    return [
        *(sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE)),
        *("--workflow-profile", str(REPOSITORY / "workflow/profiles/slurm")),
        *("--configfile", "config.yaml", "--latency-wait", "5"),
        # the profile waits longer, to be kind to a busy controller
        *("--slurm-init-seconds-before-status-checks", "2"),
        *("--seconds-between-status-checks", "2"),
    ]


def run(command, folder):
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )


def test_a_cancelled_run_goes_on_and_jobs_ask_for_what_rules_say(cluster, command, tmp_path):
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        # tests may have been started in the background, where Ctrl-C is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    end = time.monotonic() + 120
    while not cluster.at_work():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert cluster.at_work() == []
    assert not (tmp_path / "results/scores.csv").exists()

    before = {job["JobId"] for job in cluster.jobs()}
    said = run([*command, "--set-resources", "generate:gpu=1"], tmp_path)
    assert said.returncode == 0, said.stderr
    assert len(pd.read_csv(tmp_path / "results/scores.csv")) == 2
    assert (tmp_path / "results/report/index.html").is_file()
    jobs = [job for job in cluster.jobs() if job["JobId"] not in before]
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    assert {job["Partition"] for job in jobs} == {"main"}
    by_rule = {job["Comment"].split("_wildcards")[0]: job for job in jobs}
    (people,) = (job for rule, job in by_rule.items() if "prepare" in rule)
    (made,) = (job for rule, job in by_rule.items() if "generate" in rule)
    assert "TresPerJob" not in people
    assert "gpu:1" in made["TresPerJob"]
    scores = by_rule["rule_scores"]
    assert "TresPerJob" not in scores
    assert scores["MinMemoryNode"] == "2000M"
    assert scores["TimeLimit"] == "00:30:00"
    again = run([*command, "--dry-run"], tmp_path)
    assert "Nothing to be done" in again.stdout + again.stderr


def test_a_failed_job_is_told_with_its_log_and_asks_for_more(cluster, command, tmp_path):
    before = {job["JobId"] for job in cluster.jobs()}
    (tmp_path / "results").mkdir()
    (tmp_path / "results/prepared").write_text("in the way of a folder")
    said = run([*command, "--retries", "1"], tmp_path)
    assert said.returncode != 0
    (log,) = set(re.findall(r"log: (results/logs/prepare/[\w-]+\.log)", said.stderr))
    assert "prepared" in (tmp_path / log).read_text()
    memory = [job["MinMemoryNode"] for job in cluster.jobs() if job["JobId"] not in before]
    assert len(memory) == 2
    assert int(memory[1][:-1]) == 2 * int(memory[0][:-1])
