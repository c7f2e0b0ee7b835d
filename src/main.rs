//! Command line in, exit code out; without a command, the window.

use std::process::ExitCode;

use schoolbench::cli::{self, End};
use schoolbench::ui::{self, Look, Options, Place};

fn main() -> ExitCode {
    let window = match cli::main() {
        End::Exit(code) => return code,
        End::Window(window) => window,
    };
    let look = window.theme.as_deref().map(|word| match word {
        "light" => Look::Light,
        "dark" => Look::Dark,
        _ => Look::System,
    });
    let place = window.dashboard.as_deref().and_then(|word| Place::ALL.into_iter().find(|place| place.word() == word));
    let cli::Window { workspace, view, picture, size, memory: memory_mib, .. } = window;
    match ui::run(Options { workspace, view, place, picture, size, look, memory_mib }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::say(&error);
            ExitCode::FAILURE
        }
    }
}
