"""A real SLURM of one node, made of Debian's packages, in a folder of its own.

    apt-get install --no-install-recommends slurm-wlm munge

Nothing outside the folder is touched but `/etc/slurm/slurm.conf`, which jobs
look for; where that file exists, the machine belongs to a cluster already and
the tests are skipped.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

SYSTEM_CONF = Path("/etc/slurm/slurm.conf")
MEMORY = 6000  # MB of the node
CONF = """
ClusterName=idlock
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=bf_interval=2,sched_interval=2
GresTypes=gpu
MinJobAge=3600
ReturnToService=2
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/node.pid
SlurmdSpoolDir={folder}/spool
StateSaveLocation={folder}/state
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/node.log
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory={memory} Gres=gpu:fake:1
PartitionName=main Nodes={host} Default=YES State=UP MaxTime=INFINITE
"""


class Cluster:
    """Questions to the cluster."""

    def ask(self, *command: str) -> str:
        return subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=60
        ).stdout

    def jobs(self) -> list[dict[str, str]]:
        """Everything `scontrol` tells of every job."""
        told = self.ask("scontrol", "--oneliner", "show", "jobs")
        lines = [line for line in told.splitlines() if line.startswith("JobId=")]
        return [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]

    def at_work(self) -> list[str]:
        """Ids of the jobs that wait or run."""
        return self.ask("squeue", "--noheader", "--format=%i").split()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Start munged, slurmctld and slurmd; stop them and take the traces away."""
    missing = [name for name in ("munged", "slurmctld", "slurmd") if not shutil.which(name)]
    if missing:
        pytest.skip(f"no {', '.join(missing)}: apt-get install slurm-wlm munge")
    if os.geteuid() != 0:
        pytest.skip("slurmd starts jobs for others, so it has to be root")
    if SYSTEM_CONF.exists():
        pytest.skip(f"{SYSTEM_CONF} exists: this machine belongs to a cluster")
    folder = tmp_path_factory.mktemp("slurm")
    _configure(folder)
    try:
        _start(folder)
        yield Cluster()
    finally:
        SYSTEM_CONF.unlink()
        for name in ("node", "controller", "munged"):
            _stop(folder / f"{name}.pid")


def _configure(folder: Path) -> None:
    for name in ("spool", "state"):
        (folder / name).mkdir()
    host = socket.gethostname().split(".")[0]
    ports = {"controller_port": _free_port(), "node_port": _free_port()}
    text = CONF.format(host=host, folder=folder, memory=MEMORY, **ports)
    (folder / "slurm.conf").write_text(text)
    (folder / "gres.conf").write_text(f"NodeName={host} Name=gpu Type=fake File=/dev/null\n")
    (folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o600)
    SYSTEM_CONF.parent.mkdir(exist_ok=True)
    SYSTEM_CONF.symlink_to(folder / "slurm.conf")


def _start(folder: Path) -> None:
    munge = {
        "socket": "munge.socket", "key-file": "munge.key", "pid-file": "munged.pid",
        "log-file": "munged.log", "seed-file": "munge.seed",
    }  # fmt: skip
    options = [f"--{option}={folder / name}" for option, name in munge.items()]
    # --force: the folder is not one that munge trusts by itself
    subprocess.run(["munged", "--force", *options], check=True)
    subprocess.run(["slurmctld", "-c", "-f", folder / "slurm.conf"], check=True)
    subprocess.run(["slurmd", "-f", folder / "slurm.conf"], check=True)
    end = time.monotonic() + 60
    while b"idle" not in subprocess.run(["sinfo"], capture_output=True, check=False).stdout:
        assert time.monotonic() < end, (folder / "controller.log").read_text()[-2000:]
        time.sleep(0.5)


def _stop(pid_file: Path) -> None:
    if pid_file.is_file():
        os.kill(int(pid_file.read_text()), signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
