"""Runs launched workers by srun, on a Slurm of one node that this script starts: no part of the tests, as it needs root
and Debian's packages slurmctld, slurmd and slurm-client. Ends what it has started, and fails if a job is left.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from host import HERE, LAUNCH_RESOURCES, RESOURCES, Host
from swiftray.frames import End, Kind

#: Ports that Slurm's own services do not have.
_PORTS = (40817, 40818)


def configuration(folder: Path, node: str) -> str:
    """A cluster of this machine alone, without authentication, whose daemons listen on its loopback address."""
    return f"""
ClusterName=check
SlurmctldHost={node}(127.0.0.1)
SlurmctldPort={_PORTS[0]}
SlurmdPort={_PORTS[1]}
AuthType=auth/none
CredType=cred/none
SlurmUser=root
StateSaveLocation={folder}
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName={node} NodeAddr=127.0.0.1 CPUs={os.cpu_count()} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
"""


def answer(*command: str) -> str:
    """What a command of Slurm's prints."""
    return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout


def check(folder: Path, node: str) -> None:
    """Runs tasks, loses a worker, and ends."""
    host = Host([sys.executable, str(LAUNCH_RESOURCES / "swiftray" / "launch.py")], {}, folder / "log")
    ready = host.hello(
        command=["srun", "--unbuffered", "--oversubscribe", "-n1", "-w", "{host}", "sh", "-c"],
        hosts=[node],
        executable=str(HERE / "fake_child.py"),
        environment={"SWIFTRAY_HOME": str(RESOURCES)},
        python=sys.executable,
        build="",
        period=2.0,
        startLimit=30.0,
        memory=1 << 30,
    )
    assert not ready["isRefused"], ready
    pool = host.pool()
    for number in range(20):
        run = host.submit(pool, ["echo", str(number)])
        assert host.wait(Kind.DONE, run).head.endswith(str(number).encode())
    run = host.submit(pool, ["deaf", 60])
    child = int.from_bytes(host.wait(Kind.STARTED, run).head[:4], "little")
    worker = int(Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(worker, signal.SIGKILL)
    assert host.wait(Kind.DONE, run).head[0] == End.LOST
    run = host.submit(pool, ["echo", "again"])
    assert host.wait(Kind.DONE, run).head.endswith(b"again")
    host.submit(pool, ["deaf", 60])
    host.close()
    deadline = time.monotonic() + 30
    while answer("squeue", "--noheader"):
        assert time.monotonic() < deadline, answer("squeue")
        time.sleep(0.2)


def main() -> None:
    """Starts Slurm, checks, and ends it."""
    missing = [name for name in ("slurmctld", "slurmd", "srun") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        sys.exit(
            f"this needs root, and {', '.join(missing) or 'nothing else'}: apt install slurmctld slurmd slurm-client"
        )
    node = socket.gethostname().split(".")[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "slurm.conf").write_text(configuration(folder, node))
        (folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        daemons = [subprocess.Popen([daemon, "-D"], stderr=subprocess.DEVNULL) for daemon in ("slurmctld", "slurmd")]
        try:
            deadline = time.monotonic() + 30
            while "idle" not in answer("sinfo", "--noheader"):
                assert time.monotonic() < deadline, "the node has not become idle"
                time.sleep(0.5)
            check(folder, node)
        finally:
            for daemon in reversed(daemons):
                daemon.terminate()
                daemon.wait(30)
    print("tasks have run by srun, a lost worker was replaced, and no job is left")


if __name__ == "__main__":
    main()
