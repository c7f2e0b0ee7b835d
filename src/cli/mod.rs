//! The command line: the same questions without a window, and the words with which a window is opened.
//!
//! **Asks through the same desk and gate as the window, and writes what an export writes. Changes people and groups through
//! the same office.** Exit codes: 0 answered, 1 internal, 2 bad input, 3 refused, 4 workspace in use or not usable.

mod admin;
mod ask;
mod audit;
mod compact;
mod error;
mod group;
mod import;
mod list;
mod person;
mod similar;
mod synth;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The results of many schools together, without a pupil in sight.
#[derive(Parser)]
#[command(name = "schoolbench", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    window: Window,
    #[command(subcommand)]
    command: Option<Command>,
}

/// How the window is opened, where no command is given.
#[derive(Debug, Clone, PartialEq, clap::Args)]
pub struct Window {
    /// Workspace to open; the last one, or the made-up authority, when none is named
    #[arg(long, value_name = "FILE")]
    pub workspace: Option<PathBuf>,
    /// Saved view to show
    #[arg(long, value_name = "FILE.toml")]
    pub view: Option<PathBuf>,
    /// Dashboard to show first
    #[arg(long, value_parser = ["overview", "subjects", "subject", "schools", "workbench"])]
    pub dashboard: Option<String>,
    /// Write a picture of the window when everything is answered, and end
    #[arg(long, value_name = "FILE.png")]
    pub picture: Option<PathBuf>,
    /// Size of the window in points, such as 1280x800
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub size: Option<(f32, f32)>,
    /// Light, dark or system, whatever the settings say
    #[arg(long, value_parser = ["light", "dark", "system"])]
    pub theme: Option<String>,
    /// Memory in MiB that the database may take, whatever the settings say; 256 at least
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(256..))]
    pub memory: Option<u32>,
}

/// What is said on the error stream: warnings of our own; of the window's libraries only what is an error.
const QUIET: &str = "warn,winit=error,egui_wgpu=error,wgpu_hal=error";

/// How the command line ended.
#[derive(Debug)]
pub enum End {
    /// All is done.
    Exit(ExitCode),
    /// No command was given: the window is to be opened.
    Window(Window),
}

fn size(text: &str) -> Result<(f32, f32), String> {
    let sides = text.split_once('x').and_then(|(w, h)| Some((w.parse::<u16>().ok()?, h.parse::<u16>().ok()?)));
    let sides = sides.filter(|(w, h)| (320..=16_384).contains(w) && (240..=16_384).contains(h));
    sides.map(|(w, h)| (f32::from(w), f32::from(h))).ok_or_else(|| "write it as 1280x800".to_owned())
}

#[derive(Subcommand)]
enum Command {
    /// Write a made-up authority, or a made-up England, as Parquet files
    Synth(synth::Arguments),
    /// Load published tables or your own Parquet files into a workspace, which is made if there is none
    Import(import::Arguments),
    /// Sort a workspace anew after several loads, so that questions about some schools are quicker and its file is smaller
    Compact(compact::Arguments),
    /// Ask a question
    Ask(Box<ask::Arguments>),
    /// Find schools with an intake like that of one school
    Similar(similar::Arguments),
    /// Set up organisations, people, groups and permission, and see who can see what
    Admin(Box<admin::Arguments>),
    /// Look through the audit of what was changed, or write it to a file
    Audit(audit::Arguments),
}

/// Runs the program with the arguments of the process.
pub fn main() -> End {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SCHOOLBENCH_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(QUIET));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let done = match arguments.command {
        None => return End::Window(arguments.window),
        Some(Command::Synth(arguments)) => synth::run(&arguments),
        Some(Command::Import(arguments)) => import::run(&arguments),
        Some(Command::Compact(arguments)) => compact::run(&arguments),
        Some(Command::Ask(arguments)) => ask::run(&arguments),
        Some(Command::Similar(arguments)) => similar::run(&arguments),
        Some(Command::Admin(arguments)) => admin::run(&arguments),
        Some(Command::Audit(arguments)) => audit::run(&arguments),
    };
    End::Exit(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is_closed_pipe() {
                say(&error);
            }
            error.exit_code()
        }
    })
}

/// Says on the error stream why something was not done.
pub fn say(error: &dyn std::error::Error) {
    // Nothing can be done where the error stream itself is closed.
    let _ = writeln!(std::io::stderr(), "schoolbench: {error}");
}
