"""No return code of MPI, HDF5 or POSIX is dropped in include/nnft and src. Then proves itself on wrong lines, which it must find.

A call of MPI or HDF5 is checked where it is an argument of check_mpi, check or a Handle, or where its value is compared, returned
or kept. One of POSIX is where its value is used at all. A call whose code is not looked at on purpose (destructors, the end of a
job) has the comment `unchecked: why` on its line or the line before.
Usage: return_codes_test.py [ROOT]
"""

import pathlib
import re
import sys
import tempfile

POSIX = (
    "access chdir close dup dup2 fallocate fchmod fcntl fdatasync flock fstat fstatvfs fsync ftruncate getrlimit getrusage "
    "gethostname ioctl kill link lseek madvise mkdir mmap munmap open openat pipe poll posix_fallocate posix_spawnp pread pwrite "
    "read readlink rename rmdir setrlimit sigaction sigprocmask stat statvfs symlink truncate unlink waitpid write "
    "gmtime_r localtime_r pthread_create pthread_kill pthread_sigmask"
).split()
STANDARD = "fclose fflush fputs fread fwrite remove rename setvbuf signal raise strftime atexit system".split()
CALL = re.compile(
    r"(?<![\w.>:])(?:"
    r"(?P<mpi>P?MPI_[A-Z]\w*)"
    r"|(?P<hdf5>H5[A-Z]\w*)"
    r"|(?:::)(?P<posix>" + "|".join(POSIX) + r")"
    r"|(?P<bare>gmtime_r|localtime_r|getrusage|waitpid|posix_spawnp|sigaction)"
    r"|std::(?P<standard>" + "|".join(STANDARD) + r")"
    r")\s*\("
)
# What may stand before a call whose value is used: an operator, an opening bracket, a comma, return.
USED = re.compile(r"(?:[=<>!?:&|+\-*/(,\[{]|\breturn|\bco_return)\s*$")
CHECKED = re.compile(r"(?:\bcheck_mpi\s*\(|\bcheck\s*\(|\bHandle(?:\s+\w+)?\s*[({])\s*$")
TYPE = re.compile(r"(?:^|[;}{])\s*(?:\[\[\w+\]\]\s*)?(?:static\s+|extern\s+|inline\s+)*(?!(?:else|do)\b)[A-Za-z_][\w:]*[\s*&]+$")
# Functions whose value is no return code.
VALUES = {"H5free_memory", "MPI_Wtime"}


def blanked(text):
    """The text without comments, strings and preprocessor lines, which become spaces; positions and lines stay."""

    def spaces(match):
        return re.sub(r"[^\n]", " ", match.group(0))

    return re.sub(
        r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|^[ \t]*#[^\n]*(?:\\\n[^\n]*)*', spaces, text, flags=re.S | re.M
    )


def explained(lines, number):
    """Whether the comment `unchecked: why` is on line `number` (from 0) or right above it."""
    return any(re.search(r"//.*\bunchecked: \S", lines[k]) for k in (number, number - 1) if k >= 0)


def opening_statement(code, position):
    """Whether a call at `position` begins a statement, so that nothing can look at its value."""
    before = code[:position].rstrip()
    if not before or before[-1] in ";{}":
        return True
    if before[-1] == ")":  # if (…) call();
        depth = 0
        for k in range(len(before) - 1, -1, -1):
            depth += {")": 1, "(": -1}.get(before[k], 0)
            if depth == 0:
                return re.search(r"\b(?:if|for|while|switch|constexpr)\s*$", before[:k]) is not None
    return re.search(r"\b(?:else|do)$", before) is not None


def unchecked_calls(path):
    """(line, call) of each call whose return code is dropped."""
    text = path.read_text()
    code = blanked(text)
    lines = text.split("\n")
    for match in CALL.finditer(code):
        name = next(group for group in match.groups() if group)
        before = code[: match.start()]
        if name in VALUES or TYPE.search(before[-200:]):  # a declaration or definition
            continue
        dropped = opening_statement(code, match.start()) or not (CHECKED.search(before) or USED.search(before))
        number = before.count("\n")
        if dropped and not explained(lines, number):
            yield number + 1, name


def check(root):
    """Prints one line per violation; the number of violations and of calls looked at."""
    files = sorted(f for top in ("include/nnft", "src") for f in (root / top).rglob("*") if f.suffix in (".hpp", ".cpp"))
    found = [f"{file.relative_to(root)}:{line}: the return code of {name} is dropped" for file in files for line, name in unchecked_calls(file)]
    calls = sum(len(CALL.findall(blanked(file.read_text()))) for file in files)
    return found, calls


# Lines in a function body, and whether they are to be found.
SELFTEST = [
    ("MPI_Barrier(comm);", True),
    ("if (x) MPI_Barrier(comm);", True),
    ("else\n    H5Fclose(file);", True),
    ("for (const hid_t id : ids) H5Dclose(id);", True),
    ("H5Pset_chunk(creation, 1, extents);", True),
    ("x = 1, MPI_Barrier(comm);", False),
    ("::fsync(number);", True),
    ("::close(number);  // unchecked:", True),
    ("std::remove(path);", True),
    ("std::rename(a, b);", True),
    ("PMPI_File_sync(file);", True),
    ("static_cast<void>(0); H5Sclose(space);", True),
    ("check_mpi(MPI_Barrier(comm), \"MPI_Barrier\");", False),
    ("if (MPI_Barrier(comm) != MPI_SUCCESS) throw 1;", False),
    ("const Handle space(H5Screate(H5S_SCALAR), H5Sclose, where, \"H5Screate\");", False),
    ("check(H5Fflush(file, scope), where, \"H5Fflush\");", False),
    ("const int status = ::fsync(number);", False),
    ("// MPI_Barrier(comm);", False),
    ("print(\"MPI_Barrier(comm);\");", False),
    ("::close(number);  // unchecked: nobody is there to be told", False),
    ("// unchecked: nobody is there to be told\n  H5Sclose(space);", False),
]


def selftest():
    with tempfile.TemporaryDirectory() as directory:
        wrong = pathlib.Path(directory) / "wrong.cpp"
        for line, bad in SELFTEST:
            wrong.write_text("void f() {\n  int before = 0;\n  " + line + "\n}\n")
            found = list(unchecked_calls(wrong))
            if (len(found) == 1) != bad:
                sys.exit(f"return_codes: {line!r}: expected {'one finding' if bad else 'none'}, got {found}")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    selftest()
    found, calls = check(root)
    for line in found:
        print(line)
    if found:
        sys.exit(f"return_codes: {len(found)} of {calls} calls are not looked at")
    if calls < 100:
        sys.exit(f"return_codes: expected some hundred calls of MPI, HDF5 and POSIX, found {calls}")
    print(f"return_codes: {calls} calls of MPI, HDF5 and POSIX, none dropped; {len(SELFTEST)} lines of the self-test told apart")


main()
