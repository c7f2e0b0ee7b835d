//! The real program in a real window: started, looked at, and ended. The screen is Xvfb, so that none is needed.
//!
//! Without Xvfb these tests say so and pass, unless `SCHOOLBENCH_PICTURES=required`. A program that hangs is ended.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use eframe::egui::{Color32, Theme};
use image::{Rgba, RgbaImage};
use schoolbench::desk::Options;
use schoolbench::model::Scope;
use schoolbench::ui::theme::{self, Colours};
use schoolbench::ui::{Change, Panel, Place, Session, View};
use tempfile::TempDir;

use crate::{demo, fixture};

/// Size of the window.
const SIZE: (u32, u32) = (1280, 800);

/// After this time a program hangs: software draws slowly, and other tests run beside.
const PATIENCE: Duration = Duration::from_secs(180);

/// A screen of its own for each test.
struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    /// `None` where there is no Xvfb and pictures are not required.
    fn new() -> Option<Self> {
        let server = Command::new("Xvfb")
            // It finds a free number itself and writes it when it is ready. Its pointer stands in the middle of the screen,
            // which is beside the window.
            .args(["-displayfd", "1", "-screen", "0", "2800x1800x24", "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut server = match server {
            Ok(server) => server,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let required = std::env::var_os("SCHOOLBENCH_PICTURES").is_some_and(|word| word == "required");
                assert!(!required, "pictures are required and Xvfb is not installed");
                std::io::stderr().write_all(b"skipped: Xvfb is not installed, so no window was looked at\n").unwrap();
                return None;
            }
            Err(error) => panic!("Xvfb cannot be started: {error}"),
        };
        let out = server.stdout.take().unwrap();
        let mut screen = Self { server, display: String::new() };
        let number = within_patience(move || {
            let mut line = String::new();
            BufReader::new(out).read_line(&mut line).map(|_| line.trim().to_owned()).unwrap_or_default()
        });
        screen.display = format!(":{}", number.filter(|number| !number.is_empty()).expect("Xvfb opens a display"));
        Some(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What `wait` gives, unless it takes too long.
fn within_patience<T: Send + 'static>(wait: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = sync_channel(1);
    thread::Builder::new().name("wait".to_owned()).spawn(move || sender.send(wait())).unwrap();
    receiver.recv_timeout(PATIENCE).ok()
}

/// A user's folders, empty at first.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::DirBuilder::new().mode(0o700).create(folder.path().join("run")).unwrap();
        Self(folder)
    }

    fn demo(&self) -> PathBuf {
        self.0.path().join("data/schoolbench/demo.schoolbench")
    }

    /// The program with these folders and this screen.
    fn program(&self, screen: Option<&Screen>) -> Command {
        let mut command = fixture::binary();
        for (name, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_RUNTIME_DIR", "run")] {
            command.env(name, self.0.path().join(folder));
        }
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DBUS_SESSION_BUS_ADDRESS"] {
            command.env_remove(name);
        }
        if let Some(screen) = screen {
            command.env("DISPLAY", &screen.display);
        }
        command
    }

    /// Opens the window with these arguments until it has made its picture.
    fn picture(&self, screen: &Screen, theme: Theme, arguments: &[&Path]) -> RgbaImage {
        let path = self.0.path().join("picture.png");
        let _ = fs::remove_file(&path);
        let word = if theme == Theme::Light { "light" } else { "dark" };
        let mut program = self.program(Some(screen));
        program
            .args(["--dashboard", "workbench", "--size", "1280x800", "--theme", word, "--picture"])
            .arg(&path)
            .args(arguments);
        let (code, said) = run(program);
        assert_eq!(code, Some(0), "{said}");
        image::open(&path).unwrap().into_rgba8()
    }
}

/// Runs a program to its end: its exit code, and what it said on stderr.
fn run(mut program: Command) -> (Option<i32>, String) {
    let mut child = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    // A program that has ended says nothing more.
    let said = within_patience(move || {
        let mut said = Vec::new();
        let _ = stderr.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    });
    if said.is_none() {
        let _ = child.kill();
    }
    let code = child.wait().unwrap().code();
    (code, said.expect("the program ends by itself"))
}

/// Part of a picture, as shares of its width and height: left, top, right, bottom.
type Part = [f64; 4];

const WHOLE: Part = [0.0, 0.0, 1.0, 1.0];
/// Where the dashboard has its lines, and its points.
const TRENDS: Part = [0.07, 0.56, 0.56, 0.95];
const POINTS: Part = [0.59, 0.32, 0.99, 0.9];
/// What stands below says how long answers took, which is never the same.
const ABOVE_STATUS: Part = [0.0, 0.0, 1.0, 0.95];

fn pixels(picture: &RgbaImage, [left, top, right, bottom]: Part) -> impl Iterator<Item = (u32, u32, Rgba<u8>)> {
    let along = |share: f64, side: u32| (share * f64::from(side)).round() as u32;
    let (columns, rows) = (
        along(left, picture.width())..along(right, picture.width()),
        along(top, picture.height())..along(bottom, picture.height()),
    );
    rows.flat_map(move |y| columns.clone().map(move |x| (x, y, *picture.get_pixel(x, y))))
}

/// The share of the pixels of a part that have a colour, give or take what a screen rounds.
fn share(picture: &RgbaImage, part: Part, colour: Color32) -> f64 {
    let near = |a: u8, b: u8| a.abs_diff(b) <= 2;
    let same = |pixel: &Rgba<u8>| (0..3).all(|channel| near(pixel.0[channel], colour.to_array()[channel]));
    let (mut all, mut found) = (0.0, 0.0);
    for (_, _, pixel) in pixels(picture, part) {
        all += 1.0;
        found += f64::from(u8::from(same(&pixel)));
    }
    found / all
}

/// The share of the pixels of a part that are not the same in two pictures.
fn difference(a: &RgbaImage, b: &RgbaImage, part: Part) -> f64 {
    let (mut all, mut found) = (0.0, 0.0);
    for (x, y, pixel) in pixels(a, part) {
        all += 1.0;
        found += f64::from(u8::from(pixel != *b.get_pixel(x, y)));
    }
    found / all
}

/// The colour of a school of the group: the accent, not quite opaque, on the panel.
fn of_group(colours: &Colours) -> Color32 {
    colours.panel.blend(colours.accent.gamma_multiply(0.8))
}

/// That a picture shows a whole dashboard in a theme.
fn assert_is_dashboard(picture: &RgbaImage, theme: Theme) {
    let colours = theme::colours(theme);
    assert_eq!(picture.dimensions(), SIZE);
    let different = picture.pixels().collect::<HashSet<_>>().len();
    assert!(different > 500, "{theme:?}: only {different} colours");
    for (name, colour, least, most) in [
        ("panels", colours.panel, 0.4, 0.9),
        ("canvas between panels", colours.canvas, 0.01, 0.15),
        ("accent", colours.accent, 0.0005, 0.05),
        ("text", colours.text, 0.001, 0.05),
    ] {
        let share = share(picture, WHOLE, *colour);
        assert!((least..most).contains(&share), "{theme:?}, {name}: {share} of the picture");
    }
    let lines = colours.series.iter().filter(|colour| share(picture, TRENDS, ***colour) > 0.0003).count();
    assert!(lines >= 4, "{theme:?}: {lines} colours of lines where the subjects are");
    let points = share(picture, POINTS, of_group(colours));
    assert!(points > 0.001, "{theme:?}: {points} of the chart of schools is of the group");
}

#[test]
fn the_first_start_makes_the_demo_and_shows_it_and_the_second_shows_it_again() {
    let Some(screen) = Screen::new() else { return };
    let home = Home::new();
    let light = home.picture(&screen, Theme::Light, &[]);
    assert_is_dashboard(&light, Theme::Light);
    let made = fs::metadata(home.demo()).unwrap();
    let settings = fs::read_to_string(home.0.path().join("config/schoolbench/settings.toml")).unwrap();
    assert!(settings.contains(home.demo().to_str().unwrap()), "{settings}");

    let again = home.picture(&screen, Theme::Light, &[]);
    let changed = difference(&light, &again, ABOVE_STATUS);
    assert!(changed < 0.001, "{changed} of the picture is not what it was");
    let still = fs::metadata(home.demo()).unwrap();
    assert_eq!(still.modified().unwrap(), made.modified().unwrap(), "the demo was made again");
    // Nothing holds the workspace when the window is closed.
    let mut ask = home.program(None);
    ask.args(["ask", "--years", "2024", "--stage", "ks4", "--indicator", "att8", "--workspace"]).arg(home.demo());
    let (code, said) = run(ask);
    assert_eq!(code, Some(0), "{said}");

    let dark = home.picture(&screen, Theme::Dark, &[]);
    assert_is_dashboard(&dark, Theme::Dark);
    let changed = difference(&light, &dark, WHOLE);
    assert!(changed > 0.95, "only {changed} of the picture is not the same in light and dark");
}

#[test]
fn a_saved_view_is_what_is_shown() {
    let Some(screen) = Screen::new() else { return };
    let home = Home::new();
    let session = Session::open(demo::workspace(), Options::default()).unwrap();
    let mut view = View::of(&session.catalogue).at(Place::Workbench);
    let schools = view.panels.iter().find(|(_, panel)| matches!(panel, Panel::Scatter(_))).map(|(id, _)| *id);
    view.apply(Change::Scope(Scope::All), &session.catalogue);
    view.apply(Change::Maximise(schools), &session.catalogue);
    drop(session);
    let saved = home.0.path().join("saved.toml");
    fs::write(&saved, view.to_toml()).unwrap();
    let arguments = [Path::new("--workspace"), demo::workspace(), Path::new("--view"), &saved];
    let picture = home.picture(&screen, Theme::Light, &arguments);
    let colours = theme::colours(Theme::Light);
    assert!(share(&picture, [0.05, 0.3, 0.5, 0.9], of_group(colours)) > 0.002, "schools fill the window");
    assert!(share(&picture, WHOLE, colours.series(1)) < 0.0001, "there are no other panels");
}

#[test]
fn what_cannot_be_opened_is_said_and_ends_with_1() {
    let Some(screen) = Screen::new() else { return };
    let home = Home::new();
    let (missing, foreign) = (home.0.path().join("missing.schoolbench"), home.0.path().join("foreign.schoolbench"));
    fs::write(&foreign, "Dear diary").unwrap();
    for workspace in [&missing, &foreign] {
        let picture = home.0.path().join("picture.png");
        let mut program = home.program(Some(&screen));
        program.arg("--workspace").arg(workspace).arg("--picture").arg(&picture);
        let (code, said) = run(program);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(workspace.to_str().unwrap()), "{said}");
        assert!(!picture.exists(), "a picture of nothing: {}", workspace.display());
    }
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "Dear diary");
    assert!(!missing.exists());
}

#[test]
fn without_a_display_the_program_says_how_to_ask_without_one() {
    let (code, said) = run(Home::new().program(None));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("schoolbench ask"), "{said}");
}
