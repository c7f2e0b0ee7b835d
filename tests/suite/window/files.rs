//! Files: loads that find faults, loads that are stopped, saved views, and what is kept between two windows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{DroppedFile, Key, Modifiers, Theme};
use schoolbench::ingest::{Cancel, ImportError, import};
use schoolbench::ui::{Change, Look, Options, Settings, Start, View};
use tempfile::TempDir;

use super::harness::{Bench, CTRL, CTRL_SHIFT, Place, shown, sized};
use crate::{demo, fixture};

/// A window over a workspace of its own.
fn on_fixture() -> (Bench, TempDir, PathBuf) {
    let (folder, path) = fixture::workspace();
    (Bench::over(sized(1280.0, 800.0), &path), folder, path)
}

/// Files with a fault in each of two tables.
fn bad_files() -> (TempDir, Vec<PathBuf>) {
    let folder = TempDir::new().unwrap();
    let mut data = fixture::Data::of(&[2025]);
    data.pupils[3].urn = 123_456;
    data.results[5].grade = "excellent".to_owned();
    let files = data.write(folder.path());
    (folder, files)
}

/// A file as the system gives it when somebody drops it on the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn load(bench: &mut Bench, files: &[PathBuf]) {
    let lines: Vec<String> = files.iter().map(|file| shown(file)).collect();
    bench.fill("Files or folders", &lines.join("\n"));
    bench.click("Load");
}

#[test]
fn findings_of_a_bad_load_are_shown_and_copied_and_the_workspace_is_open_again() {
    let (mut bench, folder, path) = on_fixture();
    let before = (std::fs::read(&path).unwrap(), bench.view().clone());
    let (_bad, files) = bad_files();
    bench.key(CTRL_SHIFT, Key::O);
    bench.harness.run();
    load(&mut bench, &files);
    bench.until("findings", |bench| bench.texts().iter().any(|text| text.starts_with("Nothing was loaded")));
    bench.answered();

    let copy = folder.path().join("copy.schoolbench");
    std::fs::write(&copy, &before.0).unwrap();
    let right = match import(&copy, &files, &Cancel::default(), &mut |_| {}) {
        Err(ImportError::Findings(findings)) => findings,
        other => panic!("the files are bad: {other:?}"),
    };
    assert!(right.listed().len() >= 2, "{right}");
    for finding in right.listed() {
        assert!(bench.has(&finding.message), "{} is not in the table", finding.message);
        assert!(bench.has(&finding.file));
    }
    assert_eq!(bench.copied_by("Copy all"), right.to_string());

    bench.click("Close");
    bench.answered();
    assert!(bench.has("Maximise: Headlines"), "the panels are back");
    assert_eq!(*bench.view(), before.1, "as they were");
    assert!(std::fs::read(&path).unwrap() == before.0, "the workspace is as it was");
}

#[test]
fn findings_are_saved_as_a_file() {
    let (mut bench, folder, _) = on_fixture();
    let (_bad, files) = bad_files();
    bench.key(CTRL_SHIFT, Key::O);
    bench.harness.run();
    load(&mut bench, &files);
    bench.until("findings", |bench| bench.has("Save as CSV…"));
    bench.answered();
    bench.click("Save as CSV…");
    bench.harness.run();
    let target = folder.path().join("findings.csv");
    bench.harness.key_press_modifiers(CTRL, Key::A);
    bench.fill("File", "");
    bench.key(CTRL, Key::A);
    bench.type_in(&shown(&target));
    bench.click("Save");
    bench.until("the file", |bench| bench.window().message().is_some());
    let saved =
        std::fs::read_to_string(&target).unwrap_or_else(|error| panic!("{error}: {:?}", bench.window().message()));
    assert!(saved.contains("excellent") && saved.contains("123456"), "{saved}");
}

#[test]
fn a_load_that_is_stopped_leaves_nothing() {
    let place = Place::new();
    let mut bench = Bench::on_welcome(&place);
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("stopped.schoolbench");
    bench.key(CTRL, Key::N);
    bench.harness.run();
    bench.fill("New workspace file", &shown(&target));
    load(&mut bench, &[demo::files()]);
    bench.key(Modifiers::NONE, Key::Escape);
    bench.until("the end of the load", |bench| {
        bench.window().message().is_some_and(|message| message.contains("nothing was loaded"))
    });
    assert!(bench.has("Open the demo"), "the first screen again");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "this was left behind: {left:?}");
    assert!(bench.window().view().is_none());
}

#[test]
fn a_load_into_the_open_workspace_that_is_stopped_leaves_it_as_it_was() {
    let (mut bench, _folder, path) = on_fixture();
    let before = (std::fs::read(&path).unwrap(), bench.view().clone(), bench.text_from("Attainment 8, "));
    bench.key(CTRL_SHIFT, Key::O);
    bench.harness.run();
    load(&mut bench, &[demo::files()]);
    bench.key(Modifiers::NONE, Key::Escape);
    bench.answered();
    assert_eq!(bench.window().message(), Some("Stopped; nothing was loaded"));
    assert!(std::fs::read(&path).unwrap() == before.0, "the bytes of the workspace changed");
    assert_eq!((bench.view().clone(), bench.text_from("Attainment 8, ")), (before.1, before.2));
}

#[test]
fn a_window_begins_with_the_view_and_the_theme_that_it_is_given() {
    let place = Place::new();
    let file = place.folder.path().join("view.toml");
    let session = super::chance::session();
    let mut view = View::of(&session.catalogue).at(schoolbench::ui::Place::Workbench);
    view.apply(Change::Filter("sen=K,E".parse().unwrap()), &session.catalogue);
    std::fs::write(&file, view.to_toml()).unwrap();
    let options = Options {
        workspace: Some(demo::workspace().to_owned()),
        view: Some(file),
        look: Some(Look::Light),
        ..Options::default()
    };
    let start = Start { folders: place.folders(), options, ..Start::default() };
    let mut bench = Bench::start_as(sized(1280.0, 800.0), start);
    bench.until("the view", |bench| bench.window().view().is_some_and(|shown| *shown == view));
    bench.answered();
    super::figures::assert_shown(&bench);
    drop(bench);
    assert_eq!(Settings::read(&place.folders()).theme, Look::System, "the theme was for this time only");
}

#[test]
fn files_that_are_dropped_are_taken_for_what_they_are() {
    let place = Place::new();
    let mut bench = Bench::on_welcome(&place);
    let drop_file = |bench: &mut Bench, path: &Path| {
        bench.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
        bench.harness.step();
        bench.harness.run();
    };
    drop_file(&mut bench, Path::new("/somewhere/notes.txt"));
    assert!(bench.window().message().unwrap().contains("Parquet"), "{:?}", bench.window().message());
    drop_file(&mut bench, Path::new("/somewhere/pupils.parquet"));
    assert!(bench.has("New workspace file"), "a form to load it: {:#?}", bench.texts());
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    drop_file(&mut bench, demo::workspace());
    bench.answered();
    super::figures::assert_shown(&bench);
}

#[test]
fn files_are_loaded_into_a_new_workspace_and_shown() {
    let place = Place::new();
    let mut bench = Bench::on_welcome(&place);
    let (folder, files) = fixture::files();
    let target = folder.path().join("new");
    bench.key(CTRL, Key::N);
    bench.harness.run();
    bench.fill("New workspace file", &shown(&target));
    load(&mut bench, &files);
    bench.answered();
    assert!(target.with_extension("schoolbench").exists());
    assert!(bench.window().message().unwrap().starts_with("Loaded "), "{:?}", bench.window().message());
    // Ash, Beech and Cedar: ten times the mean grade, which the fixture tells.
    bench.text_from("Attainment 8, ");
    bench.click("Dismiss");
    assert!(bench.window().message().is_none());
}

#[test]
fn what_is_no_workspace_is_told_and_the_first_screen_stays() {
    let place = Place::new();
    let bad = place.folder.path().join("bad.schoolbench");
    std::fs::write(&bad, "PAR1").unwrap();
    let mut bench = Bench::start(sized(1280.0, 800.0), &place, Some(bad.clone()));
    bench.until("the message", |bench| bench.window().message().is_some());
    bench.harness.run();
    assert!(bench.window().message().unwrap().contains(&shown(&bad)), "{:?}", bench.window().message());
    assert!(bench.has("Open the demo"));
    assert_eq!(std::fs::read(&bad).unwrap(), b"PAR1", "it is not written to");
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    assert!(bench.window().message().is_none(), "Esc takes the message away");
}

#[test]
fn a_view_is_saved_and_opened() {
    let mut bench = Bench::on_demo();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("fsm6.toml");
    bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
    let saved = bench.view().clone();
    bench.key(CTRL, Key::S);
    bench.harness.run();
    bench.fill("File", "");
    bench.key(CTRL, Key::A);
    bench.type_in(&shown(&file));
    bench.click("Save");
    bench.until("the file", |bench| bench.window().message().is_some());
    assert_eq!(View::from_toml(&std::fs::read_to_string(&file).unwrap()).unwrap(), saved);

    bench.change(Change::Filter("eal=yes".parse().unwrap()));
    let changed = bench.view().clone();
    open_view(&mut bench, &file);
    bench.until("the view", |bench| *bench.view() == saved);
    bench.answered();
    super::figures::assert_shown(&bench);
    bench.key(CTRL, Key::Z);
    bench.answered();
    assert_eq!(*bench.view(), changed, "opening a view is undone too");

    std::fs::write(&file, "version = 99").unwrap();
    open_view(&mut bench, &file);
    bench.until("the refusal", |bench| bench.window().message().is_some_and(|words| words.contains("newer")));
    assert_eq!(*bench.view(), changed, "nothing has changed");
}

fn open_view(bench: &mut Bench, file: &Path) {
    bench.key(CTRL, Key::K);
    bench.harness.run();
    bench.choose("Open view…");
    bench.harness.run();
    bench.fill("Saved view (TOML)", &shown(file));
    bench.click("Open");
}

#[test]
fn settings_and_views_are_kept_between_two_windows() {
    let place = Place::new();
    let (_folder, path) = fixture::workspace();
    let mut first = Bench::start(sized(1280.0, 800.0), &place, Some(path.clone()));
    first.answered();
    let dark = first.theme() == Theme::Dark;
    first.click(if dark { "Light" } else { "Dark" });
    first.answered();
    assert_eq!(first.theme() == Theme::Dark, !dark);
    first.key(CTRL, Key::Plus);
    first.answered();
    first.change(Change::Filter("fsm6=yes".parse().unwrap()));
    first.change(Change::Split { panel: 1, below: true });
    first.change(Change::Layout(schoolbench::ui::Layout::row([4, 2, 1, 3])));
    let view = first.view().clone();
    drop(first);

    let settings = Settings::read(&place.folders());
    assert_eq!(settings.theme, if dark { Look::Light } else { Look::Dark });
    assert!((settings.zoom - 1.1).abs() < 1e-6, "{}", settings.zoom);
    assert_eq!(settings.recent.first(), Some(&path));

    let mut second = Bench::start(sized(1280.0, 800.0), &place, None);
    second.answered();
    assert_eq!(*second.view(), view, "the last workspace with its last view");
    super::figures::years(view.stage);
    drop(second);

    // What cannot be read is as at first, and keeps nobody from working.
    std::fs::write(place.folders().config.join("settings.toml"), "theme = \"purple\"").unwrap();
    std::fs::write(place.folders().view_of(&path, None), "version = 99").unwrap();
    let mut third = Bench::start(sized(1280.0, 800.0), &place, Some(path));
    third.answered();
    assert!(third.view().filter.is_everyone());
}

#[test]
fn a_workspace_that_cannot_be_opened_leaves_the_open_one_on_screen() {
    let (mut bench, folder, path) = on_fixture();
    let view = bench.view().clone();
    let missing = folder.path().join("missing.schoolbench");
    bench.key(CTRL, Key::O);
    bench.harness.run();
    bench.fill("Workspace file", &shown(&missing));
    bench.click("Open");
    bench.until("the reason", |bench| bench.window().message().is_some());
    assert!(bench.window().message().unwrap().contains("missing.schoolbench"), "{:?}", bench.window().message());
    bench.answered();
    assert_eq!(*bench.view(), view);
    assert!(bench.has("Maximise: Headlines"), "its panels stay");

    let (_same, copied) = fixture::workspace();
    let other = folder.path().join("other.schoolbench");
    std::fs::rename(copied, &other).unwrap();
    bench.key(Modifiers::NONE, Key::Escape);
    bench.key(CTRL, Key::O);
    bench.harness.run();
    bench.fill("Workspace file", &shown(&other));
    bench.click("Open");
    let is_other = |bench: &Bench| bench.texts().iter().any(|text| text.starts_with("other.schoolbench: "));
    bench.until("the other workspace", is_other);
    bench.answered();
    // The one that was open before is let go: it can be loaded into.
    let data = fixture::Data::of(&[2025]);
    let files = data.write(folder.path());
    bench.until("nobody has it open", |_| import(&path, &files, &Cancel::default(), &mut |_| {}).is_ok());
}
