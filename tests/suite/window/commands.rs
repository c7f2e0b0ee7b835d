//! Commands: each has its own name and keys, and can be obeyed wherever it is offered.

use std::collections::BTreeSet;

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, Theme, ViewportCommand, ViewportId};
use egui_kittest::kittest::NodeT as _;
use schoolbench::ui;
use schoolbench::ui::{Change, Command, Kind, Situation};

use super::harness::{Bench, CTRL, Place};

#[test]
fn every_command_has_a_name_of_its_own_and_keys_of_its_own() {
    let names: BTreeSet<&str> = Command::all().map(|command| command.text().0).collect();
    assert_eq!(names.len(), Command::all().count(), "two commands have one name");
    for command in Command::all() {
        let (name, about) = command.text();
        assert!(!name.is_empty() && !about.is_empty() && name != about, "{command:?}");
    }
    let keyed: Vec<_> = Command::all().filter_map(|command| Some((command, command.shortcut()?))).collect();
    for (nth, (one, keys)) in keyed.iter().enumerate() {
        let same = keyed[..nth].iter().find(|(_, other)| other == keys);
        assert!(same.is_none(), "{one:?} and {same:?} share keys");
    }
    let different: BTreeSet<String> = Command::all().map(|command| format!("{command:?}")).collect();
    assert_eq!(different.len(), Command::all().count(), "a command is listed twice");
}

/// The situation that a window is in, as the test sees it.
fn situation(bench: &Bench) -> Situation {
    let view = bench.window().view();
    let enabled = |name: &str| {
        bench.harness.root().children_recursive().any(|node| {
            let node = node.accesskit_node();
            node.label().is_some_and(|label| label.starts_with(name)) && !node.is_disabled()
        })
    };
    Situation {
        open: view.is_some(),
        loading: false,
        can_go_back: enabled("Back ("),
        can_go_forward: enabled("Forward ("),
        can_undo: enabled("Undo ("),
        can_redo: enabled("Redo ("),
        filtered: view.is_some_and(|view| !view.filter.is_everyone()),
        selected: view.is_some_and(|view| !view.selected.is_empty()),
        has_people: bench.window().people().is_some(),
        signed_in: bench.window().person().is_some(),
    }
}

fn open_palette(bench: &mut Bench) {
    bench.key(CTRL, Key::K);
    bench.harness.run();
    assert!(bench.has("Search everything"), "the palette is open");
}

/// The commands that the open palette offers.
fn offered(bench: &Bench) -> Vec<Command> {
    let lines: BTreeSet<String> = bench
        .harness
        .root()
        .children_recursive()
        .map(|node| node.accesskit_node())
        .filter(|node| node.role() == Role::ListBoxOption)
        .filter_map(|node| node.label())
        .collect();
    Command::all().filter(|command| lines.contains(command.text().0)).collect()
}

fn asserted_offers(bench: &mut Bench) -> Vec<Command> {
    let now = situation(bench);
    open_palette(bench);
    let offered = offered(bench);
    let but_itself = |command: &Command| !matches!(command, Command::Palette | Command::Cancel);
    let right: Vec<Command> = Command::all().filter(|command| command.is_enabled(&now)).filter(but_itself).collect();
    assert_eq!(offered, right, "what makes sense is offered, and nothing else: {now:?}");
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    offered
}

/// Gives a command from the palette and closes the form that it may open.
fn obey(bench: &mut Bench, command: Command) {
    open_palette(bench);
    bench.choose(command.text().0);
    bench.harness.run();
    assert!(!bench.has("Search everything"), "the palette closes after {command:?}");
    if bench.has("Browse…") {
        bench.key(Modifiers::NONE, Key::Escape);
        bench.harness.run();
        assert!(!bench.has("Browse…"), "Esc closes the form of {command:?}");
    }
}

#[test]
fn every_command_is_obeyed_on_the_first_screen() {
    let place = Place::new();
    let mut bench = Bench::on_welcome(&place);
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    let offers = asserted_offers(&mut bench);
    assert!(offers.contains(&Command::NewWorkspace) && !offers.contains(&Command::ResetLayout));
    let opens = |command: &Command| matches!(command, Command::OpenDemo | Command::OpenPublic);
    for command in offers.into_iter().filter(|command| !opens(command)) {
        obey(&mut bench, command);
        assert!(bench.window().view().is_none());
    }
    obey(&mut bench, Command::OpenDemo);
    bench.answered();
    super::figures::assert_shown(&bench);
}

#[test]
fn every_command_is_obeyed_with_a_workspace() {
    let mut bench = Bench::on_demo();
    let school = bench.window().desk().unwrap().register().schools().next().unwrap().urn;
    let prepare = |bench: &mut Bench| {
        bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
        bench.change(Change::Select([school].into()));
        bench.change(Change::Compare(schoolbench::model::Compare::All));
        bench.key(CTRL, Key::Z);
        bench.answered();
        // There are stops before and after this one, and a change to undo and one to redo.
        for place in [ui::Place::Subjects, ui::Place::Workbench, ui::Place::Subjects] {
            bench.change(Change::Place(place));
        }
        bench.key(Modifiers::ALT, Key::ArrowLeft);
        bench.answered();
        bench.change(Change::Compare(schoolbench::model::Compare::All));
        bench.key(CTRL, Key::Z);
        bench.answered();
    };
    prepare(&mut bench);
    let offers = asserted_offers(&mut bench);
    let left_out: Vec<_> = Command::all().filter(|command| !offers.contains(command)).collect();
    let of_people = [Command::AdministrationApart, Command::ChangePassword, Command::SignOut];
    let right = [of_people.as_slice(), &[Command::Palette, Command::Cancel]].concat();
    assert_eq!(left_out, right, "everything makes sense now but what needs people");
    let leaves =
        |command: &Command| matches!(command, Command::OpenDemo | Command::OpenPublic | Command::CloseWorkspace);
    for command in offers.into_iter().filter(|command| !leaves(command)) {
        prepare(&mut bench);
        obey(&mut bench, command);
        bench.answered();
    }
    obey(&mut bench, Command::CloseWorkspace);
    assert!(bench.window().view().is_none() && bench.has("Open the demo"));
}

#[test]
fn commands_do_what_they_say() {
    let mut bench = Bench::on_demo();
    let school = bench.window().desk().unwrap().register().schools().next().unwrap().urn;
    bench.change(Change::Select([school].into()));
    obey(&mut bench, Command::SelectGroup);
    bench.answered();
    assert_eq!(bench.view().scope, schoolbench::model::Scope::Schools([school].into()));
    obey(&mut bench, Command::ToggleLink);
    bench.answered();
    assert!(bench.view().link);
    obey(&mut bench, Command::ClearSelection);
    bench.answered();
    assert!(bench.view().selected.is_empty());
    for kind in [Kind::Tiles, Kind::Trends, Kind::Scatter] {
        obey(&mut bench, Command::Add(kind));
        bench.answered();
        let name = format!("Maximise: {}", kind.title());
        assert_eq!(bench.texts().iter().filter(|text| **text == name).count(), 2, "{kind:?}");
    }
    obey(&mut bench, Command::ResetLayout);
    bench.answered();
    assert_eq!(bench.view().panels.len(), 3);
    for (command, theme) in [(Command::ThemeLight, Theme::Light), (Command::ThemeDark, Theme::Dark)] {
        obey(&mut bench, command);
        bench.answered();
        assert_eq!(bench.theme(), theme);
    }
    let zoom = |bench: &Bench| (10.0 * bench.harness.ctx.zoom_factor()).round() as i32;
    assert_eq!(zoom(&bench), 10);
    bench.key(CTRL, Key::Plus);
    bench.answered();
    assert_eq!(zoom(&bench), 11);
    bench.key(CTRL, Key::Minus);
    bench.key(CTRL, Key::Minus);
    bench.answered();
    assert_eq!(zoom(&bench), 9);
    bench.key(CTRL, Key::Num0);
    bench.answered();
    assert_eq!(zoom(&bench), 10);
}

#[test]
fn quit_closes_the_window() {
    let mut bench = Bench::on_demo();
    let pressed = Event::Key { key: Key::Q, pressed: true, modifiers: CTRL, repeat: false, physical_key: None };
    bench.harness.event(pressed);
    bench.harness.step();
    let commands = &bench.harness.output().viewport_output[&ViewportId::ROOT].commands;
    assert!(commands.contains(&ViewportCommand::Close), "{commands:?}");
}
