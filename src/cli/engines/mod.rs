//! Programs that others operate and that run the shards of a plan: job queues and clusters.

mod dask;
mod slurm;

pub(crate) use dask::{DaskCluster, DaskJob, TlsFiles, run_on_dask};
pub(crate) use slurm::{SUBMIT, submit, write_scripts};
