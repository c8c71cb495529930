"""Values that are no numbers where there must be some, counts that no run has, and configs that do not fit the data are refused by
name in every command that reads them, with exit code 3; where a file may have no number it is read. Every file is shown to pass
before it is spoilt. NNFT_SMALL, for programs that start slowly, tries nan and not infinity."""
import os
import shutil
import subprocess

import h5py
import numpy as np

NNFT = os.environ["NNFT"]
SEEDS = os.path.join(os.environ["NNFT_SOURCE_DIR"], "tests", "fuzz", "make_seeds.sh")
subprocess.run(["bash", SEEDS, NNFT, "seeds"], check=True)


def run(words, status):
    done = subprocess.run([NNFT, *words], capture_output=True, text=True, timeout=100)
    assert done.returncode == status, f"{' '.join(words)}: exit code {done.returncode}, expected {status}\n{done.stdout}{done.stderr}"
    return done.stderr


def put(value, place=0):
    def change(dataset):
        values = dataset[...]
        values.flat[place] = value
        dataset[...] = values

    return change


def spoil(seed, name, change):
    shutil.copyfile(f"seeds/{seed}", "spoilt.h5")
    with h5py.File("spoilt.h5", "r+") as file:
        change(file[name])


SHOW, COMPARE, FIT = ["show"], ["compare", "seeds/compare/exact.h5"], ["fit", "--in", "width", "--order", "1"]
ACTION, CORRELATORS = ["action"], ["correlators"]
DRAW = ["correlators", "--draw", "100", "--blocks", "4"]
MERGE = ["merge", "--fresh", "-o", "merged.h5", "seeds/merge/second.h5"]
EXTEND = ["sample", "seeds/checkpoint/job.ini", "--run.networks=96", "-o"]
READERS = [SHOW, COMPARE, FIT, ACTION]

refused = 0
sound = set()  # what has been shown to pass


def refuse(seed, name, change, commands, said=None):
    """Each command reads the seed, and refuses it when it is spoilt with a message that names the file and the variable."""
    global refused
    for command in commands:
        if (seed, *command) not in sound:
            shutil.copyfile(f"seeds/{seed}", "spoilt.h5")
            run([*command, "spoilt.h5"], 0)
            sound.add((seed, *command))
        spoil(seed, name, change)
        message = run([*command, "spoilt.h5"], 3)
        assert "spoilt.h5: " in message and (said or name) in message, f"{command} {name}: {message}"
        refused += 1


for value in (np.nan,) if os.environ.get("NNFT_SMALL") else (np.nan, np.inf):
    for name in ("sum2", "sum4", "sum_power1", "largest", "reference_kernel"):
        refuse("result/conditional.h5", name, put(value), [SHOW])
        refuse("result/conditional.h5", name, put(value, -1), [ACTION])
    refuse("result/conditional.h5", "sum2", put(value), [COMPARE, FIT])
    for name in ("G2c", "G4c", "G4c_err"):
        refuse("result/conditional.h5", name, put(value), READERS)
    refuse("result/plain.h5", "G2c_dstrength", put(value), [SHOW])
    refuse("result/plain.h5", "W", put(value), [SHOW])
    refuse("result/plain.h5", "sum2_dstrength", put(value), [SHOW])
    refuse("result/operator.h5", "sum_chain", put(value), [SHOW])
    refuse("result/conditional.h5", "width", put(value), [SHOW])
    refuse("result/conditional.h5", "site_x", put(value), [SHOW])
    refuse("merge/first.h5", "subtree_sum4", put(value), [MERGE])
    refuse("merge/first.h5", "reference_kernel", put(value), [MERGE])
    refuse("checkpoint/result.h5", "subtree_sum2", put(value), [EXTEND])
    refuse("action/width.h5", "site_x", put(value), [CORRELATORS + ["--fresh", "-o", "out.h5"]])
    refuse("action/width.h5", "G2c_err", put(value), [CORRELATORS])
    refuse("action/gaussian.h5", "G2c_err", put(value), [DRAW])
    refuse("action/width.h5", "g4_jackknife", put(value), [CORRELATORS], "leave-one-out")
refuse("action/gaussian.h5", "width", put(np.nan), [CORRELATORS, DRAW])
for value in (-1, 2**62):
    refuse("result/conditional.h5", "count", put(value), READERS)
    refuse("merge/first.h5", "count", put(value), [MERGE])
    refuse("checkpoint/result.h5", "count", put(value), [EXTEND])
refuse("result/conditional.h5", "pair_i", put(1), READERS)
refuse("result/conditional.h5", "width", put(4.0), READERS)

# Checkpoints of an unfinished run.
for name, value in (("sums", np.nan), ("sums", np.inf), ("level", -1), ("level", 63), ("index", 2**60), ("entry", 2**62),
                    ("slices_done", -1), ("slices_done", 2**62)):
    shutil.rmtree("spoilt.h5.part", ignore_errors=True)
    if os.path.exists("spoilt.h5"):
        os.remove("spoilt.h5")
    shutil.copytree("seeds/checkpoint/unfinished", "spoilt.h5.part")
    path = os.path.join("spoilt.h5.part", os.listdir("spoilt.h5.part")[0])
    with h5py.File(path, "r+") as file:
        put(value)(file[name])
    message = run([*EXTEND, "spoilt.h5"], 3)
    assert path in message, f"{name}: {message}"
    refused += 1
shutil.rmtree("spoilt.h5.part")

# What may be no number: a correlator that nobody knows, of an exact file, and couplings that a scan point has none of.
spoil("result/exact.h5", "G4c", put(np.nan))
run(["show", "spoilt.h5"], 0)
spoil("action/gaussian.h5", "g2", put(np.nan))
done = subprocess.run([NNFT, *DRAW, "spoilt.h5"], capture_output=True, text=True, timeout=100)
assert done.returncode == 0 and "width 3, strength 0: REFUSED: g2 has couplings that are not finite" in done.stdout, done

print(f"not_a_number: {refused} spoilt files refused by name")
