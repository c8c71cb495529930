"""What jobs/actions knows without the program: exact densities by Fourier inversion, the formal Edgeworth series, power series."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "actions"))

import density  # noqa: E402
import edgeworth as formal  # noqa: E402
import series  # noqa: E402

__all__ = ["density", "formal", "series"]
