//! The command line: the same questions without a window.
//!
//! **Asks through the same desk and gate as the window, and writes what an export writes.** Exit codes: 0 answered,
//! 1 internal, 2 bad input, 3 refused, 4 workspace in use or not usable.

mod ask;
mod error;
mod headline;
mod import;
mod list;
mod synth;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::CliError;

/// The results of many schools together, without a pupil in sight.
#[derive(Parser)]
#[command(name = "schoolbench", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Workspace to open; the made-up authority when none is named
    #[arg(long, value_name = "FILE")]
    workspace: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Write a made-up authority, or a made-up England, as Parquet files
    Synth(synth::Arguments),
    /// Load Parquet files into a workspace, which is made if there is none
    Import(import::Arguments),
    /// Ask a question
    Ask(Box<ask::Arguments>),
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SCHOOLBENCH_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is_closed_pipe() {
                // Nothing can be done where the error stream itself is closed.
                let _ = writeln!(std::io::stderr(), "schoolbench: {error}");
            }
            error.exit_code()
        }
    }
}

fn run(arguments: Arguments) -> Result<(), CliError> {
    match arguments.command {
        None => headline::run(arguments.workspace),
        Some(Command::Synth(arguments)) => synth::run(&arguments),
        Some(Command::Import(arguments)) => import::run(&arguments),
        Some(Command::Ask(arguments)) => ask::run(&arguments),
    }
}
