"""Files and configs that ask for far more than there is (10^17 elements, 10^7 scan points, tables of terabytes), or for other files,
are refused by name before memory is taken for them."""
import os
import shutil
import subprocess

import h5py
import numpy as np

NNFT = os.environ["NNFT"]
SEEDS = os.path.join(os.environ["NNFT_SOURCE_DIR"], "tests", "fuzz", "make_seeds.sh")
MOST_MIB = 400  # with MPI and HDF5; AddressSanitizer takes several times as much
subprocess.run(["bash", SEEDS, NNFT, "seeds"], check=True)


def run(words):
    """Exit code, messages and peak memory in MiB of one call."""
    with open("call.log", "w+", encoding="utf-8") as log:
        child = subprocess.Popen([NNFT, *words], stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        return child.returncode, log.read(), usage.ru_maxrss / 1024


SANITIZED = run(["--version"])[2] > 200


def refuses(words, status, *said):
    code, text, mebibytes = run(words)
    assert code == status and all(part in text for part in said), f"{words}: exit code {code}, expected {status} with {said}\n{text}"
    assert mebibytes < MOST_MIB * (5 if SANITIZED else 1), f"{words}: took {mebibytes:.0f} MiB"
    line = next(line for line in text.splitlines() if said[0] in line)
    print(f"{mebibytes:4.0f} MiB  {line[:160]}")


def spoilt(seed, change):
    shutil.copyfile(f"seeds/{seed}", "spoilt.h5")
    with h5py.File("spoilt.h5", "r+") as file:
        del file["provenance"].attrs["texts_sha256"]
        change(file)


def replaced(name, **properties):
    def change(file):
        if name in file:
            del file[name]
        file.create_dataset(name, **properties)

    return change


def config(**keys):
    """The recorded config with other values; a new key follows its section."""

    def change(file):
        lines = file["provenance"].attrs["config"].split("\n")
        for key, value in keys.items():
            section, name = key.replace("_", "-").split("--")
            lines = [line for line in lines if not line.startswith(f"{name} = ")]
            lines.insert(lines.index(f"[{section}]") + 1, f"{name} = {value}")
        file["provenance"].attrs.modify("config", "\n".join(lines))

    return change


huge = {"shape": (10**9, 10**8), "dtype": "<f8", "chunks": (1000, 1000), "compression": 9}
for words in (["show"], ["fit"], ["action"], ["compare", "seeds/compare/exact.h5"]):
    spoilt("result/conditional.h5", replaced("G4c", **huge))
    refuses([*words, "spoilt.h5"], 3, "spoilt.h5: G4c: ", "1000000000, 100000000")
spoilt("result/conditional.h5", replaced("sum4", shape=(2, 1, 8, 5), dtype="<f8", chunks=(2, 1, 8, 2**24), maxshape=(2, 1, 8, None)))
refuses(["show", "spoilt.h5"], 3, "spoilt.h5: sum4: ")
spoilt("action/width.h5", replaced("g2", shape=(2**61, 2, 1, 3), dtype="<f8", chunks=(1, 2, 1, 3)))
refuses(["correlators", "spoilt.h5"], 3, "spoilt.h5: g2: ")

sites = "; ".join(str(k) for k in range(38))
spoilt("result/conditional.h5", config(sites__points=sites, measure__orders="2 4 6 8", run__max_memory="1024T"))
refuses(["show", "spoilt.h5"], 3, "spoilt.h5: G2c: expected the shape that the recorded config implies, (2, 1, 741)")
many = " ".join(str(k) for k in range(1, 3001))
spoilt("result/plain.h5", config(field__width=many, deformation__strength=many))
refuses(["show", "spoilt.h5"], 3, "spoilt.h5: ", "expected at most 1000000 scan points", "got 9000000")

# Rows without end, of nothing, in a result that is extended: none of them is gone through. A job that is stuck heeds no SIGTERM.
for name in ("extra", "sum9"):
    spoilt("checkpoint/result.h5", replaced(name, shape=(10**18, 0), dtype="<f8"))
    subprocess.run(["timeout", "-s", "KILL", "60", NNFT, "sample", "seeds/checkpoint/job.ini", "-o", "spoilt.h5", "--run.networks=96"],
                   check=True, stdout=subprocess.DEVNULL)

# Elsewhere: another file in the config, values in other files, links out of the file.
spoilt("result/conditional.h5", config(sites__file="/dev/zero"))
refuses(["show", "spoilt.h5"], 3, "spoilt.h5: ", "expected sites.points in a recorded config, got another file")
spoilt("result/conditional.h5", replaced("G4c", shape=(2, 1, 5), dtype="<f8", external=[("/dev/zero", 0, 80)]))
refuses(["show", "spoilt.h5"], 3, "spoilt.h5: G4c: expected values in the file itself")


def virtual(file):
    layout = h5py.VirtualLayout(shape=(2, 1, 5), dtype="<f8")
    layout[...] = h5py.VirtualSource("seeds/result/conditional.h5", "G4c", shape=(2, 1, 5))
    del file["G4c"]
    file.create_virtual_dataset("G4c", layout, fillvalue=np.nan)


spoilt("result/conditional.h5", virtual)
refuses(["show", "spoilt.h5"], 3, "spoilt.h5: G4c: expected values in the file itself")


def outside(file):
    del file["provenance"]
    file["provenance"] = h5py.ExternalLink("seeds/result/conditional.h5", "/provenance")


spoilt("result/conditional.h5", outside)
refuses(["show", "spoilt.h5"], 3, "spoilt.h5: /provenance: expected a group, got a link to elsewhere")

for key, value in (("field.width", "1e30"), ("run.networks", "1e30"), ("run.blocks", "1e20"), ("run.slice", "1e20"),
                   ("field.input-dim", "1e20"), ("run.max-memory", "1e20"), ("measure.orders", "100000000000000000000")):
    refuses(["sample", "seeds/checkpoint/job.ini", f"--{key}={value}"], 2, f"--{key}: expected ", value)
scan = ["--deformation.kind=weight-quartic", f"--deformation.strength={many}", f"--field.width={many}"]
refuses(["sample", "seeds/checkpoint/job.ini", *scan], 2, "expected at most 1000000 scan points", "got 9000000")
refuses(["sample", "seeds/checkpoint/job.ini", f"--sites.points={sites}", "--measure.orders=8"], 2, "--measure.orders: ", "moments")
