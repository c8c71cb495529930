# Copied to modules.sh and adapted, this is sourced by every job: what nnft was built with. Names differ between clusters.
module load gcc openmpi hdf5
# Partition and account are given to sbatch, on the command line or once and for all:
#   export SBATCH_PARTITION=… SBATCH_ACCOUNT=…      (in ~/.bashrc)
