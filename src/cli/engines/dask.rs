//! Dask: a plan's shards on a cluster, by a driver that the user's Python runs.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufReader, ErrorKind};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cli::failure::Failure;
use crate::cli::files::cannot;
use crate::cli::message;
use crate::cli::program::launcher;
use crate::run::PLAN;

/// The driver.
const DRIVER: &str = include_str!("dask_driver.py");

/// Its name beside the plan.
const DRIVER_FILE: &str = "dask_driver.py";

/// The Python that runs it, unless the user names another.
const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// The variable in which users name another.
const PYTHON_VARIABLE: &str = "PYTHON";

/// Where shards run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum DaskCluster {
    /// On the nodes of the scheduler at this address.
    Scheduler(String),
    /// In so many processes on this machine.
    Local(u64),
}

/// The files for an encrypted connection to a scheduler.
#[derive(Clone, Default, Debug)]
pub(crate) struct TlsFiles {
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) cert: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
}

/// Shards to run on Dask.
#[derive(Debug)]
pub(crate) struct DaskJob<'a> {
    /// The folder of the plan, and of its shards.
    pub(crate) folder: &'a Path,
    /// Which shards, such as `3,7-9`.
    pub(crate) missing: &'a str,
    /// How many the plan has.
    pub(crate) n_shards: u32,
    /// Where they run.
    pub(crate) cluster: &'a DaskCluster,
    /// What encrypts the connection.
    pub(crate) tls: &'a TlsFiles,
    /// Threads of each shard.
    pub(crate) threads: u64,
    /// How often a shard that failed is run again.
    pub(crate) retries: u32,
    /// The Python that the user names.
    pub(crate) python: Option<&'a Path>,
    /// Whether to print no progress.
    pub(crate) is_quiet: bool,
}

impl DaskCluster {
    /// Whether others may be able to reach the scheduler, or read what passes.
    fn is_exposed(&self) -> bool {
        match self {
            Self::Scheduler(address) => !address.starts_with("tls://") && !is_loopback(address),
            Self::Local(_) => false,
        }
    }
}

impl TlsFiles {
    fn is_empty(&self) -> bool {
        self.ca_file.is_none() && self.cert.is_none() && self.key.is_none()
    }
}

/// Whether an address, such as `tcp://localhost:8786`, is of this machine's loopback interface.
fn is_loopback(address: &str) -> bool {
    let address = address.split_once("://").map_or(address, |it| it.1);
    let host = match address.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => address.rsplit_once(':').map_or(address, |it| it.0),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// Runs shards on Dask and puts them beside the plan; the exit code of the driver, which has printed
/// why it is not 0.
pub(crate) fn run_on_dask(job: &DaskJob<'_>) -> Result<u8, Failure> {
    if let DaskCluster::Scheduler(address) = job.cluster
        && job.tls.is_empty()
        && job.cluster.is_exposed()
    {
        message(&format!(
            "warning: the connection to {address} is not encrypted, and whoever reaches that port can \
             run programs on the nodes; use TLS: --tls-ca-file, --tls-cert, --tls-key"
        ));
    }
    if let Some(script) = launcher() {
        return Err(Failure::WrongInput(format!(
            "the nodes receive this program, and {} is a script that needs Python's package beside it; \
             run `demarche dist dask` with the program that `cargo install` builds",
            script.display()
        )));
    }
    let driver = job.folder.join(DRIVER_FILE);
    fs::write(&driver, DRIVER).map_err(|it| cannot("write", &driver, &it))?;
    let python = job.python.map(|it| it.as_os_str().to_owned());
    let python = python
        .or_else(|| std::env::var_os(PYTHON_VARIABLE))
        .unwrap_or_else(|| PYTHON.into());
    let program = std::env::current_exe();
    let program = program.map_err(|error| {
        Failure::CouldNotFinish(format!("cannot find this program's file: {error}"))
    })?;
    let started = Command::new(&python)
        .arg(&driver)
        .args(driver_arguments(job, &program))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.map_err(|error| no_python(&python, &error))?;
    let stderr = child.stderr.take().expect("standard error is piped");
    pass_on(BufReader::new(stderr));
    let ended = child
        .wait()
        .map_err(|error| Failure::CouldNotFinish(format!("cannot wait for the driver: {error}")))?;
    let code = ended.code().and_then(|it| u8::try_from(it).ok());
    code.ok_or_else(|| Failure::CouldNotFinish(format!("the driver of Dask ended with {ended}")))
}

fn driver_arguments(job: &DaskJob<'_>, program: &Path) -> Vec<OsString> {
    let mut res: Vec<OsString> = vec!["--program".into(), program.into()];
    let mut add = |name: &str, value: OsString| res.extend([name.into(), value]);
    add("--plan", job.folder.join(PLAN).into());
    add("--indices", job.missing.into());
    add("--of", job.n_shards.to_string().into());
    add("--threads", job.threads.to_string().into());
    add("--retries", job.retries.to_string().into());
    match job.cluster {
        DaskCluster::Scheduler(address) => add("--scheduler", address.into()),
        DaskCluster::Local(n_processes) => add("--local", n_processes.to_string().into()),
    }
    let files = [
        ("--tls-ca-file", &job.tls.ca_file),
        ("--tls-cert", &job.tls.cert),
        ("--tls-key", &job.tls.key),
    ];
    for (name, file) in files {
        if let Some(file) = file {
            add(name, file.into());
        }
    }
    if job.is_quiet {
        res.push("--quiet".into());
    }
    res
}

/// Prints what the driver prints, line by line.
fn pass_on(mut lines: impl io::BufRead) {
    let mut line = Vec::new();
    // A driver whose words cannot be read has ended.
    while lines.read_until(b'\n', &mut line).is_ok_and(|it| it > 0) {
        message(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

fn no_python(python: &OsString, error: &io::Error) -> Failure {
    let python = Path::new(python).display();
    let hint = if error.kind() == ErrorKind::NotFound {
        "; shards run on Dask by way of Python with the package `distributed`: install both, or name a \
         Python with --python"
    } else {
        ""
    };
    Failure::WrongInput(format!("cannot run {python}: {error}{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_interface_and_tls_are_safe() {
        let safe = [
            "tcp://127.0.0.1:8786",
            "127.0.0.1:8786",
            "localhost:8786",
            "tcp://[::1]:8786",
            "tls://cluster.example.org:8786",
        ];
        for address in safe {
            let cluster = DaskCluster::Scheduler(address.to_owned());
            assert!(!cluster.is_exposed(), "{address}");
        }
        let exposed = [
            "tcp://10.0.0.1:8786",
            "cluster.example.org:8786",
            "tcp://[2001:db8::1]:8786",
            "tcp://localhost.example.org:8786",
            "tcp://127.0.0.1.example.org:8786",
        ];
        for address in exposed {
            let cluster = DaskCluster::Scheduler(address.to_owned());
            assert!(cluster.is_exposed(), "{address}");
        }
        assert!(!DaskCluster::Local(2).is_exposed());
    }
}
