# Sourced by a test script that mounts file systems: it goes on in a mount namespace of its own, so that none is left behind however
# it ends. Afterwards $mounts is yes, or no with the reason in probe.log.
mounts=${NNFT_TEST_MOUNTS:-}
if [[ -z $mounts ]]; then
  mkdir -p probe
  for namespace in '--mount' '--user --map-root-user --mount'; do
    read -ra options <<<"$namespace"
    if unshare "${options[@]}" mount -t tmpfs -o size=64k none probe 2>probe.log; then
      NNFT_TEST_MOUNTS=yes exec unshare "${options[@]}" bash "$0"
    fi
  done
  mounts=no
fi
