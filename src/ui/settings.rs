//! What the program keeps between runs: folders, theme, size, recent workspaces. Our own TOML.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use eframe::egui::ThemePreference;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::jobs::write_whole;

/// Most workspaces that are remembered.
const RECENT: usize = 8;

/// Where the program keeps its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Settings.
    pub config: PathBuf,
    /// The demo, and the last view of each workspace.
    pub data: PathBuf,
}

impl Folders {
    /// The user's own folders; `None` where the user has none.
    pub fn of_user() -> Option<Self> {
        let folders = directories::ProjectDirs::from("uk", "Schoolbench", "schoolbench")?;
        Some(Self { config: folders.config_dir().to_owned(), data: folders.data_dir().to_owned() })
    }

    /// The workspace of the made-up authority.
    pub fn demo(&self) -> PathBuf {
        self.data.join("demo.schoolbench")
    }

    /// The workspace of England's published tables.
    pub fn public(&self) -> PathBuf {
        self.data.join("england.schoolbench")
    }

    /// The last view of a workspace: of the person with this e-mail address, or where nobody signs in of whoever opens it.
    pub fn view_of(&self, workspace: &Path, person: Option<&str>) -> PathBuf {
        let whole = std::path::absolute(workspace).unwrap_or_else(|_| workspace.to_owned());
        let mut whose = whole.as_os_str().as_encoded_bytes().to_vec();
        if let Some(email) = person {
            // No path has a zero in it.
            whose.push(0);
            whose.extend(email.to_lowercase().bytes());
        }
        let digest = Sha256::digest(whose);
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.data.join("views").join(name + ".toml")
    }

    fn settings(&self) -> PathBuf {
        self.config.join("settings.toml")
    }
}

/// What the user has set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    version: u32,
    pub theme: Look,
    pub zoom: f32,
    /// MiB that DuckDB may take for the open workspace; a quarter of the machine's where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u32>,
    /// Opened workspaces, the last one first.
    pub recent: Vec<PathBuf>,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    Light,
    Dark,
    System,
}

impl From<Look> for ThemePreference {
    fn from(look: Look) -> Self {
        match look {
            Look::Light => Self::Light,
            Look::Dark => Self::Dark,
            Look::System => Self::System,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { version: 1, theme: Look::System, zoom: 1.0, memory_mib: None, recent: Vec::new() }
    }
}

impl Settings {
    /// Reads the settings, before there is a window. What cannot be read is as at first.
    pub fn read(folders: &Folders) -> Self {
        let Ok(text) = std::fs::read_to_string(folders.settings()) else { return Self::default() };
        let mut settings: Self = toml::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!("the settings are as at first: {error}: {}", folders.settings().display());
            Self::default()
        });
        settings.zoom = settings.zoom.clamp(0.5, 3.0);
        settings
    }

    /// Notes that a workspace was opened.
    pub fn opened(&mut self, workspace: &Path) {
        self.recent.retain(|known| known != workspace);
        self.recent.insert(0, workspace.to_owned());
        self.recent.truncate(RECENT);
    }
}

/// Writes settings and views on a thread of its own; the newest of each file wins. Dropping it waits for the last one.
#[derive(Debug)]
pub struct Saver {
    folders: Folders,
    sender: Option<SyncSender<(PathBuf, String)>>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    /// Starts the thread.
    pub fn new(folders: Folders) -> Self {
        let (sender, files) = sync_channel::<(PathBuf, String)>(16);
        let write = move || {
            for (path, text) in files {
                if let Err(error) = write_whole(&path, text.as_bytes()) {
                    tracing::warn!("this is not kept ({error}): {}", path.display());
                }
            }
        };
        let thread = std::thread::Builder::new().name("saver".to_owned()).spawn(write);
        let thread = thread.map_err(|error| tracing::error!("settings are not kept: {error}")).ok();
        Self { folders, sender: Some(sender), thread }
    }

    /// Keeps the settings. Gives whether it will be done; if not, ask again.
    pub fn settings(&self, settings: &Settings) -> bool {
        toml::to_string_pretty(settings).is_ok_and(|text| self.send(self.folders.settings(), text))
    }

    /// Keeps a view in the file that [`Folders::view_of`] says. Gives whether it will be done; if not, ask again.
    pub fn view(&self, file: &Path, text: String) -> bool {
        self.send(file.to_owned(), text)
    }

    fn send(&self, path: PathBuf, text: String) -> bool {
        let sent = self.sender.as_ref().map(|sender| sender.try_send((path, text)));
        !matches!(sent, Some(Err(TrySendError::Full(_))))
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the last settings may not be kept");
        }
    }
}
