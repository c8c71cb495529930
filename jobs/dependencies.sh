#!/usr/bin/env bash
# The Debian packages nnft needs: for building, and with --tests for the tests too. Installs those that are missing.
# Run it (jobs/dependencies.sh [--tests]) or source it and call install_dependencies [--tests].
# Exit code 0: everything is there; 2: something is missing and cannot be installed from here.
set -euo pipefail

build_packages=(
  g++ cmake ninja-build git pkg-config openmpi-bin libopenmpi-dev libhdf5-openmpi-dev libeigen3-dev
  libboost-program-options-dev libssl-dev libxsimd-dev graphviz
)
test_packages=(
  libgtest-dev clang-format clang libclang-rt-dev llvm python3 python3-numpy python3-h5py python3-xarray python3-h5netcdf
  python3-netcdf4 python3-matplotlib python3-mpmath valgrind hdf5-tools dieharder slurmctld slurmd slurm-client munge libpmix-dev
  iproute2
)

# missing_packages NAME…: those of them that dpkg does not know as installed, one a line.
missing_packages() {
  local name
  for name in "$@"; do
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) != installed ]]; then
      printf '%s\n' "$name"
    fi
  done
}

# become_root: prints what to put before a command to run it as root (nothing for root itself); fails if there is no way.
become_root() {
  if [[ $(id -u) -eq 0 ]]; then
    return 0
  fi
  command -v sudo >/dev/null || return 1
  if sudo -n true 2>/dev/null; then
    echo 'sudo -n'
  elif [[ -t 0 ]]; then
    echo 'sudo'
  else
    return 1
  fi
}

# can_configure ON|OFF: whether cmake finds all that nnft (and its tests) need, wherever it comes from.
can_configure() {
  command -v cmake >/dev/null || return 1
  local source directory status=0
  source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  directory=$(mktemp -d)
  cmake -S "$source" -B "$directory" -DNNFT_TESTS="$1" >/dev/null 2>&1 || status=1
  rm -rf -- "$directory"
  return "$status"
}

print_modules() {
  cat <<'TEXT'
nnft: this machine has no apt-get and cmake does not find everything. On a cluster load modules of
  a compiler with C++20 (GCC 11 or newer), CMake 3.20 or newer (3.21 for the presets) with Ninja or make,
  Open MPI, HDF5 built with that MPI (parallel),
and have these libraries with their headers where cmake finds them (CMAKE_PREFIX_PATH):
  Eigen 3.4, Boost (program_options), OpenSSL (libcrypto), xsimd 8.1 or newer; for the tests GoogleTest.
TEXT
}

install_dependencies() {
  local wanted=("${build_packages[@]}") tests=OFF missing=() before
  if [[ ${1:-} == --tests ]]; then
    wanted+=("${test_packages[@]}")
    tests=ON
  elif [[ $# -gt 0 ]]; then
    printf 'usage: dependencies.sh [--tests]; got %s\n' "$1" >&2
    return 2
  fi

  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    if can_configure "$tests"; then
      return 0
    fi
    print_modules >&2
    return 2
  fi

  mapfile -t missing < <(missing_packages "${wanted[@]}")
  if [[ ${#missing[@]} -eq 0 ]]; then
    return 0
  fi
  if ! before=$(become_root); then
    if can_configure "$tests"; then
      return 0
    fi
    printf 'nnft: these packages are missing, and there is neither root nor sudo to install them:\n  %s\n' "${missing[*]}" >&2
    return 2
  fi
  printf 'nnft: installing %s\n' "${missing[*]}"
  # $before is nothing, "sudo" or "sudo -n": words on purpose.
  # shellcheck disable=SC2086
  {
    $before apt-get update -qq -o DPkg::Lock::Timeout=400 || return 2
    $before env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=400 "${missing[@]}" || return 2
  }
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  install_dependencies "$@"
fi
