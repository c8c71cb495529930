"""A result, file of couplings or checkpoint in which one bit of an object's header is wrong is refused by its name, or passed over by
the run that would have gone on from it. That is all that is said: HDF5, which cannot put such objects away, prints nothing of its own."""
import os
import shutil
import subprocess

import h5py

NNFT, MPIEXEC = os.environ["NNFT"], os.environ["NNFT_MPIEXEC"]
# HDF5 loses the memory of what it fails to read: none of it ours.
os.environ["ASAN_OPTIONS"] = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"]))
SMALL = bool(os.environ.get("NNFT_SMALL"))
SEEDS = os.path.join(os.environ["NNFT_SOURCE_DIR"], "tests", "fuzz", "make_seeds.sh")
subprocess.run(["bash", SEEDS, NNFT, "seeds"], check=True)


def run(words, ranks=0):
    launcher = [MPIEXEC, "-n", str(ranks)] if ranks else []
    done = subprocess.run([*launcher, NNFT, *words], capture_output=True, text=True, timeout=100)
    assert "HDF5:" not in done.stderr and "HDF5-DIAG" not in done.stderr, f"{' '.join(words)} on {ranks} ranks:\n{done.stderr}"
    return done


def objects(path):
    with h5py.File(path) as file:
        return {name: h5py.h5o.get_info(file[name].id).addr for name in file}


def damaged(seed, address, path="damaged.h5"):
    shutil.copyfile(seed, path)
    with open(path, "r+b") as file:
        file.seek(address)
        assert file.read(4) == b"OHDR", f"{seed}: there is no header at {address}"
        file.seek(address + 30)
        byte = file.read(1)[0]
        file.seek(address + 30)
        file.write(bytes([byte ^ 1]))


count = 0
for seed, words in (("result/conditional.h5", ["show", "damaged.h5", "--all"]), ("action/width.h5", ["correlators", "damaged.h5"]),
                    ("merge/first.h5", ["merge", "--fresh", "-o", "merged.h5", "damaged.h5", "seeds/merge/second.h5"])):
    seed = f"seeds/{seed}"
    names = objects(seed)
    for name in list(names)[:: 12 if SMALL else 4]:
        damaged(seed, names[name])
        refused = run(words)
        assert refused.returncode == 3 and refused.stderr.startswith("nnft: damaged.h5: "), (name, refused)
        assert refused.stderr.count("\n") == 1, (name, refused)
        count += 1
    for ranks in (2,) if SMALL else (1, 3):
        damaged(seed, names["width"])
        refused = run(words, ranks)
        assert refused.returncode == 3 and refused.stderr.count("nnft: damaged.h5: ") == 1, (ranks, refused)
print(f"{count} headers refused")

# A run goes on from the other generation of its checkpoint, if there is a sound one.
JOB = ["sample", "seeds/checkpoint/job.ini", "--run.networks=96", "-o"]
assert run([*JOB, "whole.h5"]).returncode == 0
digest = run(["show", "--digest", "whole.h5"]).stdout.split()[0]
checkpoint = "seeds/checkpoint/unfinished/running.1.h5"
for sound in (False, True):
    for ranks in (0, 2):
        shutil.rmtree("out.h5.part", ignore_errors=True)
        shutil.copytree("seeds/checkpoint/unfinished", "out.h5.part")
        if sound:
            shutil.copyfile(checkpoint, "out.h5.part/running.0.h5")
        damaged(checkpoint, objects(checkpoint)["provenance"], "out.h5.part/running.1.h5")
        done = run([*JOB, "out.h5"], ranks)
        assert done.returncode == (0 if sound else 3) and done.stderr.count("nnft: out.h5.part/running.1.h5: ") == 1, (ranks, done)
        if sound:
            assert run(["show", "--digest", "out.h5"]).stdout.split()[0] == digest, ranks
            os.remove("out.h5")
