"""The program as the Python tests run it."""

import os
import subprocess

NNFT, MPIEXEC = os.environ["NNFT"], os.environ["NNFT_MPIEXEC"]


def run(*words, status=0):
    done = subprocess.run(words, capture_output=True, text=True, timeout=200)
    assert done.returncode == status, f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def sample(config, output, *options):
    with open("job.ini", "w") as file:
        file.write(config)
    run(MPIEXEC, "-n", "2", NNFT, "sample", "job.ini", "-o", output, "--fresh", *options)


def must_fail(check, *arguments):
    """The check itself is worth something only if it rejects what is wrong."""
    try:
        check(*arguments)
    except AssertionError:
        return
    raise SystemExit(f"{check.__name__} did not notice: {arguments[-1]}")
