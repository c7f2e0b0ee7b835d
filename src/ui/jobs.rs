//! What takes time, off the window's thread: opening, loading, dialogs, files.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::app::OfficeNews;
use super::session::{Session, SessionError};
use super::settings::Folders;
use super::view::View;
use crate::collab::{Command, Office, demo, outbox};
use crate::desk::Options;
use crate::ingest::{Bundled, Cancel, ImportError, Loaded, Progress, TABLES, import};
use crate::workspace::{Register, Workspace};

/// News that can wait to be read; a job that has more waits.
const NEWS: usize = 64;

/// How often the window hears of a load's progress.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// How often it is looked whether another program has changed the people's file.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A dialog is not opened and closed again sooner than this.
const SOONEST: Duration = Duration::from_millis(400);

/// What a job has to tell.
#[derive(Debug)]
pub enum News {
    /// A workspace is open, with the view that was last shown of it where nobody has to sign in first.
    Opened { session: Box<Session>, view: Option<Box<View>> },
    /// A load came to its end: the workspace is loaded, and opened next.
    Loaded(Loaded),
    /// Nothing was loaded. The workspace, if it was there before, is opened again next.
    NotLoaded(ImportError),
    /// Paths that somebody chose in a dialog; none where it was closed.
    Chosen { what: Choice, paths: Vec<PathBuf> },
    /// A dialog ended sooner than anybody could close it: no dialog service runs.
    NoDialog,
    /// A saved view was read.
    View(Box<View>),
    /// What became of something that was asked of an office, with the number of the workspace that was open then.
    Office(u64, OfficeNews),
    /// Something was done, in words.
    Done(String),
    /// Something could not be done, in words.
    Failed(String),
}

/// What is chosen in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A workspace to open.
    Workspace,
    /// Tables to load.
    Files,
    /// Where a new workspace is to be.
    NewWorkspace,
    /// A saved view to open.
    View,
    /// Where a file is to be saved.
    Save,
}

/// Starts jobs, each on a thread of its own, and takes their news.
pub struct Jobs {
    news: Receiver<News>,
    sender: SyncSender<News>,
    folders: Folders,
    options: Options,
}

/// A load that is running.
#[derive(Debug, Clone)]
pub struct Load {
    pub cancel: Cancel,
    pub started: Instant,
    pub what: String,
    /// What comes with the program is loaded, so that it can be shown.
    pub is_bundled: bool,
    /// A workspace was open before; where nothing is loaded it is opened again.
    pub reopens: bool,
    progress: Arc<Mutex<Progress>>,
}

impl Load {
    fn of(what: String, is_bundled: bool, reopens: bool) -> Self {
        let progress = Progress { what: "reading files", rows: (0, 0), fraction: 0.0 };
        let progress = Arc::new(Mutex::new(progress));
        Self { cancel: Cancel::default(), started: Instant::now(), what, is_bundled, reopens, progress }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Jobs {
    /// Jobs whose desks are set up with `options`; its `notify` wakes the window for news too.
    pub fn new(folders: Folders, options: Options) -> Self {
        let (sender, news) = sync_channel(NEWS);
        Self { news, sender, folders, options }
    }

    /// Lets DuckDB take so many bytes for workspaces that are opened from now on; a quarter of the machine's for `None`.
    pub fn bound_memory(&mut self, bytes: Option<u64>) {
        self.options.memory = bytes;
    }

    /// The news since the last call.
    pub fn news(&self) -> impl Iterator<Item = News> + '_ {
        self.news.try_iter()
    }

    fn start(&self, name: &str, job: impl FnOnce(&Teller) + Send + 'static) {
        let teller =
            Teller { sender: self.sender.clone(), folders: self.folders.clone(), options: self.options.clone() };
        let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || job(&teller));
        if let Err(error) = started {
            tracing::error!("no thread for {name}: {error}");
        }
    }

    /// Opens a workspace.
    pub fn open(&self, path: PathBuf) {
        self.start("open", move |teller| teller.open(&path));
    }

    /// Closes a workspace, which can take a moment.
    pub fn close(&self, session: Box<Session>) {
        self.start("close", move |_| drop(session));
    }

    /// Opens what comes with the program, and makes its workspace first where it is not there yet.
    pub fn bundled(&self, bundled: Bundled) -> Load {
        let (what, path) = match bundled {
            Bundled::Demo => ("the demo", self.folders.demo()),
            Bundled::Public => ("England's published tables", self.folders.public()),
        };
        let load = Load::of(format!("Opening {what}"), true, false);
        let running = load.clone();
        self.start("bundled", move |teller| {
            if !path.exists() {
                let unpacked = teller.unpack(bundled);
                match unpacked {
                    Ok((folder, files)) => {
                        if !teller.load(&path, &files, &running) {
                            return;
                        }
                        drop(folder);
                    }
                    Err(error) => {
                        return teller
                            .tell(News::Failed(format!("{what} cannot be unpacked ({error}): {}", path.display())));
                    }
                }
            }
            if bundled == Bundled::Demo
                && let Err(error) = people_of_demo(&path)
            {
                tracing::warn!("the demo has no people: {error}");
            }
            teller.open(&path);
        });
        load
    }

    /// Loads files into a workspace, which is made if there is none, and opens it. `before` is this workspace if it is
    /// open: nobody can read a workspace while it is loaded into.
    pub fn load(&self, workspace: PathBuf, files: Vec<PathBuf>, before: Option<Box<Session>>) -> Load {
        let load = Load::of(format!("Loading into {}", workspace.display()), false, before.is_some());
        let running = load.clone();
        self.start("load", move |teller| {
            let was_open = before.as_ref().map(|session| session.path.clone());
            drop(before);
            if teller.load(&workspace, &files, &running) {
                teller.open(&workspace);
            } else if let Some(path) = was_open {
                teller.open(&path);
            }
        });
        load
    }

    /// Asks something of the office of the workspace with this number.
    pub fn at_office(&self, nth: u64, office: Arc<Office>, work: impl FnOnce(&Office) -> OfficeNews + Send + 'static) {
        self.start("office", move |teller| teller.tell(News::Office(nth, work(&office))));
    }

    /// Makes the office of a workspace that had none, with its first administrator.
    pub fn begin(&self, nth: u64, workspace: PathBuf, register: Register, command: Command, password: String) {
        self.start("office", move |teller| {
            let begun = Office::begin(&workspace, register, &command, Some(&password), Timestamp::now());
            let begun = begun.map(Arc::new).map_err(|error| error.to_string());
            teller.tell(News::Office(nth, OfficeNews::Begun(begun)));
        });
    }

    /// Tells when a workspace's people have changed, by whatever program, for as long as it is open.
    pub fn watch(&self, nth: u64, office: &Arc<Office>) {
        // What others have done may also be read with a change of one's own: so it is counted, not what a look finds.
        let mut seen = office.entries();
        let office = Arc::downgrade(office);
        self.start("watch", move |teller| {
            let mut told = Vec::new();
            while let Some(office) = office.upgrade() {
                if let Err(error) = office.refresh() {
                    tracing::warn!("the people's file cannot be read: {error}");
                }
                let entries = office.entries();
                if entries != seen {
                    seen = entries;
                    teller.tell(News::Office(nth, OfficeNews::Changed));
                }
                let people = office.people();
                let due = if people.setup.mail.is_some() { outbox::due(&people, Timestamp::now()) } else { Vec::new() };
                if due != told && !due.is_empty() {
                    teller.tell(News::Office(nth, OfficeNews::MailDue));
                }
                told = due;
                drop(office);
                std::thread::park_timeout(LOOK_EVERY);
            }
        });
    }

    /// Lets somebody choose in the system's dialog.
    pub fn choose(&self, what: Choice, suggestion: String) {
        self.start("dialog", move |teller| {
            let asked = Instant::now();
            let dialog = rfd::FileDialog::new();
            let one = |path: Option<PathBuf>| path.into_iter().collect();
            let paths = match what {
                Choice::Workspace => one(dialog.add_filter("Workspaces", &["schoolbench"]).pick_file()),
                Choice::Files => dialog
                    .add_filter("Tables and layouts", &[TABLES.as_slice(), &["toml"]].concat())
                    .pick_files()
                    .unwrap_or_default(),
                Choice::NewWorkspace | Choice::Save => one(dialog.set_file_name(suggestion).save_file()),
                Choice::View => one(dialog.add_filter("Saved views", &["toml"]).pick_file()),
            };
            let nobody = paths.is_empty() && asked.elapsed() < SOONEST;
            teller.tell(if nobody { News::NoDialog } else { News::Chosen { what, paths } });
        });
    }

    /// Reads a saved view.
    pub fn read_view(&self, path: PathBuf) {
        self.start("read view", move |teller| {
            let failed = |error: &dyn std::fmt::Display| News::Failed(format!("{error}: {}", path.display()));
            let news = match std::fs::read_to_string(&path) {
                Err(error) => failed(&error),
                Ok(text) => {
                    View::from_toml(&text).map_or_else(|error| failed(&error), |view| News::View(Box::new(view)))
                }
            };
            teller.tell(news);
        });
    }

    /// Writes a file, whole or not at all.
    pub fn save(&self, path: PathBuf, contents: Vec<u8>) {
        self.start("save", move |teller| {
            teller.tell(match write_whole(&path, &contents) {
                Ok(()) => News::Done(format!("Saved {}", path.display())),
                Err(error) => News::Failed(format!("this cannot be saved ({error}): {}", path.display())),
            });
        });
    }
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").field("folders", &self.folders).finish_non_exhaustive()
    }
}

/// Makes the made-up people of the demo, where they are not there yet or not there any more: they guard nothing.
fn people_of_demo(path: &Path) -> Result<(), SessionError> {
    let register = Workspace::open_without_people(path)?.register()?;
    demo::people(path, register, Timestamp::now())?;
    Ok(())
}

/// Reads a view that was kept. `None` where there is none, or it cannot be read.
pub(super) fn last_view(file: &Path) -> Option<Box<View>> {
    let text = std::fs::read_to_string(file).ok()?;
    let read = View::from_toml(&text).inspect_err(|error| tracing::warn!("the last view is not shown again: {error}"));
    read.ok().map(Box::new)
}

/// Writes a file beside its place and then moves it there, so that a half-written one is never read.
///
/// # Errors
/// When the folder cannot be made or written to.
pub(super) fn write_whole(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(contents)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// A job's side: it tells news and wakes the window.
struct Teller {
    sender: SyncSender<News>,
    folders: Folders,
    options: Options,
}

impl Teller {
    fn tell(&self, news: News) {
        // When the window is gone there is nobody to tell.
        let _ = self.sender.send(news);
        (self.options.notify)();
    }

    fn open(&self, path: &Path) {
        let news = match Session::open(path, self.options.clone()) {
            Ok(session) => {
                let view = session.view_file(&self.folders).and_then(|file| last_view(&file));
                News::Opened { session: Box::new(session), view }
            }
            Err(error) => News::Failed(error.to_string()),
        };
        self.tell(news);
    }

    /// Gives whether it was loaded.
    fn load(&self, workspace: &Path, files: &[PathBuf], load: &Load) -> bool {
        let mut told = Instant::now();
        let loaded = import(workspace, files, &load.cancel, &mut |progress| {
            *load.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                (self.options.notify)();
            }
        });
        let is_loaded = loaded.is_ok();
        self.tell(loaded.map_or_else(News::NotLoaded, News::Loaded));
        is_loaded
    }

    fn unpack(&self, bundled: Bundled) -> std::io::Result<(tempfile::TempDir, Vec<PathBuf>)> {
        std::fs::create_dir_all(&self.folders.data)?;
        let folder = tempfile::tempdir()?;
        let files = bundled.unpack(folder.path())?;
        Ok((folder, files))
    }
}
