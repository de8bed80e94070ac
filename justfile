# List the recipes.
default:
    @just --list

# Everything that must pass before a change goes in.
[group('check')]
ci:
    .ci/run

# Put all code into its standard form.
[group('check')]
fmt:
    cargo fmt --all

# Lint everything; any warning fails.
[group('check')]
lint:
    cargo clippy --all-targets -- -D warnings

# Unit, integration and documentation tests; arguments go to cargo.
[group('check')]
test *ARGS:
    cargo test {{ARGS}}

# Every fault that a run can meet, at every place; `cargo test` tries a sample of them.
[group('check')]
faults:
    FAULTS=all cargo test --test faults -- --nocapture --skip attack::
    FAULTS=all cargo test --test laws -- --nocapture schema::

# Check licences and origins of all dependencies, and store which they were: `.ci/run` then need not.
[group('check')]
licenses:
    sh .ci/licenses.sh store

# Attack the program: signals, tampered runs, strange environments, hostile files; prints how often.
[group('check')]
attack:
    FAULTS=all cargo test --test faults -- --nocapture attack::

# Have a party that does anything at random answer for so many seconds, and see that every run is whole.
[group('check')]
fuzz-party SECONDS="600":
    FUZZ_PARTY_SECONDS={{SECONDS}} cargo test --test faults -- --nocapture whatever_a_party_does

# Kill runs so many times at any moment, and see that they end with the same bytes.
[group('check')]
kill KILLS="200":
    KILLS={{KILLS}} FAULTS=all cargo test --test faults -- --nocapture killed_at_any_moment

# Run ten million sessions: memory and open files do not grow, no row is missing.
[group('check')]
soak SESSIONS="10000000":
    cargo build --release
    sh tests/soak.sh target/release/demarche {{SESSIONS}}

# Move inputs of explored scenarios at random in Chromium, and see that the tables are those of the command line.
[group('check')]
explore SETTINGS="200":
    cargo build --release
    SETTINGS={{SETTINGS}} sh tests/browser/explore.sh target/release/demarche

# Install the Python package into a new virtual environment, and run its tests, examples and type checks.
[group('check')]
python:
    cargo build --release
    sh tests/python/run.sh target/release/demarche

# Run shards on Dask, kill a task, a node and the scheduler, and see that the merged run has the same bytes.
[group('check')]
dask:
    cargo build --release
    sh tests/dask/run.sh target/release/demarche

# Run shards on Slurm (as root, on Debian), kill a task and a node, and see that the merged run has the same bytes.
[group('check')]
slurm:
    cargo build --release
    bash tests/slurm.sh target/release/demarche

# Import every scenario folder below a folder, such as a copy of NegMAS's repository; print the outcomes by cause.
[group('check')]
import-all FOLDER:
    cargo build --release
    sh tests/import_all.sh target/release/demarche {{FOLDER}}

# Change the code of protocols, seeds and statistics in every small way, and see that a unit test fails.
[group('check')]
mutants *ARGS:
    cargo mutants {{ARGS}}

# The library's documentation; a broken link fails.
[group('check')]
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# Write the pages made from the code anew: the schemas and the command line's reference.
[group('dev')]
reference:
    REGENERATE=1 cargo test --test laws pages_made_from_the_code

# Build the site into a new folder: front page, gallery of all scenarios with their results, documentation.
[group('dev')]
site OUT="target/site":
    cargo build --release
    sh docs/site/build.sh target/release/demarche {{OUT}}

# Build the module for browsers anew, which pages of `demarche explore` contain, with the digest of its sources.
[group('dev')]
browser-module:
    bash crates/demarche-browser/build.sh

# Measure how fast it is; never a source of results.
[group('dev')]
bench *ARGS:
    cargo bench {{ARGS}}

# Time sessions against NegMAS and frontiers against moocore, in turn; rewrites docs/performance.md.
[group('dev')]
peers *CASES:
    cargo build --release
    sh benches/peers/run.sh target/release/demarche {{CASES}}

# Time drivers, a loop by hand and strategies in turn; rewrites docs/performance.md.
[group('dev')]
drivers:
    PYTHONDONTWRITEBYTECODE=1 python3 benches/drivers.py

# Time tables, claims and a study on the flagship; rewrites docs/performance.md.
[group('dev')]
batches:
    cargo build --release
    PYTHONDONTWRITEBYTECODE=1 python3 benches/batches.py target/release/demarche

# Measure how the cost of a session grows with everything; rewrites docs/performance.md and its charts.
[group('dev')]
growth *DIMENSIONS:
    cargo build --release
    PYTHONDONTWRITEBYTECODE=1 python3 benches/growth.py target/release/demarche {{DIMENSIONS}}

# Count the instructions of five hot paths under valgrind, and store them.
[group('dev')]
instructions:
    cargo build --release
    sh benches/instructions.sh target/release/demarche renew

# Measure 16 shards on a Dask cluster of two threads against a batch with two threads; by default 30 s each.
[group('dev')]
dask-overhead SESSIONS="640000":
    cargo build --release
    sh tests/dask/run.sh target/release/demarche overhead {{SESSIONS}}

# Rewrite the snapshots of the tests; read the diff before you commit.
[group('dev')]
snapshots:
    INSTA_UPDATE=always cargo test

# Run a batch with the release build; arguments go to `demarche batch`.
[group('results')]
run EXPERIMENT="configs/experiments/alaska-2025.toml" *ARGS:
    cargo run --release -- batch {{EXPERIMENT}} {{ARGS}}
