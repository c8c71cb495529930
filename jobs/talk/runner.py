"""Runs of the program for the report: files of one directory, made once and read as often as wanted."""

import shlex
import subprocess
import time
from pathlib import Path

from nnft_results import Results


class Runner:
    """Starts the program. A run that is complete already is not repeated; one that was stopped goes on."""

    def __init__(self, program, launch, directory, scale):
        self.program = str(program)
        self.launch = list(launch)  # what starts the program on all ranks: mpiexec -n 2, srun …
        self.directory = Path(directory)
        self.scale = scale  # of the numbers of networks

    def _call(self, name, words, parallel):
        command = (self.launch if parallel else []) + [self.program, *words]
        log = self.directory / f"{name}.log"
        with open(log, "w") as out:
            out.write(shlex.join(["nnft", *words]) + "\n")
            out.flush()
            done = subprocess.run(command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(f"{shlex.join(command)}\nended with exit code {done.returncode}:\n{log.read_text()}")

    def config(self, name, text):
        """Writes NAME.ini; every run states its own networks."""
        path = self.directory / f"{name}.ini"
        path.write_text(text)
        return path.name

    def sample(self, name, config, networks, *options):
        """config: text of an INI file without run.networks and run.output. → NAME.h5"""
        count = max(1024, int(networks * self.scale))
        ini = self.config(name, config)
        begin = time.monotonic()
        self._call(name, ["sample", ini, f"--run.networks={count}", "--measure.jackknife=all", "-o", f"{name}.h5", *options], parallel=True)
        print(f"  {name:28} {count:.3g} samples per scan point, {time.monotonic() - begin:.1f} s", flush=True)

    def exact(self, name, config, *options):
        ini = self.config(name, config)
        self._call(name, ["exact", ini, "--run.networks=1", "-o", f"{name}.h5", "--fresh", *options], parallel=True)

    def fit(self, source, name, *options):
        """Series fitted to SOURCE.h5 → NAME.h5"""
        self._call(name, ["fit", f"{source}.h5", "--all", "--jackknife", "-o", f"{name}.h5", "--fresh", *options], parallel=False)

    def action(self, source, name, *options):
        self._call(name, ["action", f"{source}.h5", "-o", f"{name}.h5", "--fresh", *options], parallel=False)

    def diagrams(self, name, order):
        """Those of the couplings through 1/N^order, as .dot files in the directory NAME"""
        self._call(name, ["action", "--diagrams", "--order", str(order), "--pictures", name], parallel=False)

    def correlators(self, source, name, *options):
        """Correlators of e^−S, S the action in SOURCE.h5 → NAME.h5"""
        self._call(name, ["correlators", f"{source}.h5", "-o", f"{name}.h5", "--fresh", *options], parallel=True)


class Files:
    """The files of a directory, opened once."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self._open = {}

    def __getitem__(self, name):
        if name not in self._open:
            self._open[name] = Results(self.directory / f"{name}.h5")
        return self._open[name]

    def opened(self):
        """All that were read, in that order."""
        return list(self._open.values())

    def text(self, name):
        return (self.directory / name).read_text()
