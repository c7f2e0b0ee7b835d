//! The window without a screen: frames are drawn one by one, answers are waited for, and the engine can be held up.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, OutputCommand, Pos2, Rect, Theme, ViewportId};
use egui_kittest::kittest::{AccessKitNode, NodeT as _, Queryable as _};
use egui_kittest::{Harness, HarnessBuilder, Node};
use schoolbench::desk;
use schoolbench::ui::{Change, Folders, Options, Start, View, Window};
use tempfile::TempDir;

use crate::demo;

/// The keys that a person holds for a shortcut.
pub const CTRL: Modifiers = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };
pub const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..CTRL };

/// Nothing in these tests takes as long; only a test that would never end is ended by it.
const LONGEST: Duration = Duration::from_secs(120);

/// Counts what has come from other threads, so that a test can wait for the next.
#[derive(Default)]
pub struct Signal {
    come: Mutex<u64>,
    changed: Condvar,
}

impl Signal {
    pub fn give(&self) {
        *self.come.lock().unwrap() += 1;
        self.changed.notify_all();
    }

    pub fn come(&self) -> u64 {
        *self.come.lock().unwrap()
    }

    /// Waits until more than this have come, but not longer than `longest`. Gives whether more have come.
    pub fn wait_beyond(&self, seen: u64, longest: Duration) -> bool {
        let come = self.come.lock().unwrap();
        let (come, _) = self.changed.wait_timeout_while(come, longest, |come| *come <= seen).unwrap();
        *come > seen
    }
}

/// Before the engine works on a question it passes here: at once, one by one, or not at all.
pub struct Gate {
    /// How many questions may still pass; all where there is no number.
    passes: Mutex<Option<u64>>,
    changed: Condvar,
}

impl Gate {
    fn open_one() -> Self {
        Self { passes: Mutex::new(None), changed: Condvar::new() }
    }

    fn set(&self, passes: Option<u64>) {
        *self.passes.lock().unwrap() = passes;
        self.changed.notify_all();
    }

    pub fn close(&self) {
        self.set(Some(0));
    }

    pub fn open(&self) {
        self.set(None);
    }

    pub fn let_pass(&self, more: u64) {
        let mut passes = self.passes.lock().unwrap();
        *passes = passes.map(|passes| passes + more);
        self.changed.notify_all();
    }

    fn pass(&self) {
        let passes = self.passes.lock().unwrap();
        let mut passes = self.changed.wait_while(passes, |passes| *passes == Some(0)).unwrap();
        *passes = passes.map(|passes| passes - 1);
    }
}

/// Where a window of a test keeps its settings and finds its workspace.
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub fn folders(&self) -> Folders {
        Folders { config: self.folder.path().join("config"), data: self.folder.path().join("data") }
    }
}

/// A window under test.
pub struct Bench {
    pub harness: Harness<'static, Window>,
    pub gate: Arc<Gate>,
    pub signal: Arc<Signal>,
    /// Its folders, where nobody else has them. The window writes to them until it is gone, so they go last.
    own_place: Option<Place>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A closing desk waits for its workers, even when the test has failed.
        self.gate.open();
    }
}

/// A builder of the size in which the tests look at the window.
pub fn sized(width: f32, height: f32) -> HarnessBuilder<Window> {
    Harness::builder().with_size([width, height]).with_max_steps(30)
}

impl Bench {
    /// A window over a workspace, or over what it opens by itself.
    pub fn start(builder: HarnessBuilder<Window>, place: &Place, workspace: Option<PathBuf>) -> Self {
        let options = Options { workspace, place: Some(schoolbench::ui::Place::Workbench), ..Options::default() };
        Self::start_as(builder, Start { folders: place.folders(), options, ..Start::default() })
    }

    /// A window that begins as said, with our own gate before its engine.
    pub fn start_as(builder: HarnessBuilder<Window>, start: Start) -> Self {
        let gate = Arc::new(Gate::open_one());
        let signal = Arc::new(Signal::default());
        let (passed, told) = (Arc::clone(&gate), Arc::clone(&signal));
        let desk = desk::Options {
            notify: Arc::new(move || told.give()),
            before: Arc::new(move |_| passed.pass()),
            ..desk::Options::default()
        };
        let start = Start { desk, ..start };
        let harness = builder.build_eframe(|creation| Window::new(&creation.egui_ctx, start));
        Self { harness, gate, signal, own_place: None }
    }

    /// A window over a workspace, with folders of its own and every panel answered.
    pub fn over(builder: HarnessBuilder<Window>, workspace: &Path) -> Self {
        let place = Place::new();
        let mut bench = Self::start(builder, &place, Some(workspace.to_owned()));
        bench.own_place = Some(place);
        bench.answered();
        bench
    }

    /// A window that shows the demo, with every panel answered.
    pub fn on_demo() -> Self {
        Self::over(sized(1280.0, 800.0), demo::workspace())
    }

    /// A window on its first screen.
    pub fn on_welcome(place: &Place) -> Self {
        let nowhere = place.folder.path().join("nothing.schoolbench");
        let mut bench = Self::start(sized(1280.0, 800.0), place, Some(nowhere));
        bench.until("the first screen", |bench| bench.has("Open the demo"));
        bench.harness.run();
        bench
    }

    pub fn window(&self) -> &Window {
        self.harness.state()
    }

    pub fn view(&self) -> &View {
        self.window().view().expect("a workspace is open")
    }

    /// Draws frames until something is so; between them it waits for what comes from other threads.
    pub fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        loop {
            let seen = self.signal.come();
            self.harness.step();
            if so(self) {
                return;
            }
            assert!(began.elapsed() < LONGEST, "waited in vain for {what}; on screen: {:#?}", self.texts());
            if !self.harness.ctx.has_requested_repaint() {
                self.signal.wait_beyond(seen, Duration::from_millis(200));
            }
        }
    }

    /// Draws until a workspace is open, every panel has its answer, and nothing more is to be drawn.
    pub fn answered(&mut self) {
        self.until("answers", |bench| {
            let settled = bench.window().desk().is_some_and(|desk| desk.wait_until_settled(Duration::from_millis(200)));
            settled && !bench.waits()
        });
        self.harness.run();
        assert!(!self.waits(), "the window waits again");
    }

    /// Whether the bar at the bottom says that panels wait.
    pub fn waits(&self) -> bool {
        self.texts().iter().any(|text| text.contains("panel waits for") || text.contains("panels wait for"))
    }

    /// Makes a change, as a panel would, and draws the answers to it.
    pub fn change(&mut self, change: Change) {
        self.harness.state_mut().apply(change);
        self.harness.step();
        self.answered();
    }

    /// Every word on screen, in order: labels, and names of what can be used.
    pub fn texts(&self) -> Vec<String> {
        let text = |node: Node<'_>| {
            let node = node.accesskit_node();
            if node.role() == Role::Label { node.value() } else { node.label() }
        };
        self.nodes().filter_map(text).collect()
    }

    pub fn has(&self, text: &str) -> bool {
        self.texts().iter().any(|known| known == text)
    }

    /// The first text that begins so.
    pub fn text_from(&self, beginning: &str) -> String {
        let found = self.texts().into_iter().find(|text| text.starts_with(beginning));
        found.unwrap_or_else(|| panic!("nothing on screen begins with {beginning:?}: {:#?}", self.texts()))
    }

    /// What is written beside a panel's title: of whom and of when its figures are.
    pub fn caption(&self, title: &str) -> Option<String> {
        let labels = self.harness.root().children_recursive().map(|node| node.accesskit_node());
        let mut labels = labels.filter(|node| node.role() == Role::Label).filter_map(|node| node.value());
        labels.find(|text| text == title)?;
        labels.next().filter(|text| text.contains(" · "))
    }

    /// Clicks what has this name.
    pub fn click(&mut self, name: &str) {
        self.harness.get_by(|node| node.role() != Role::Label && node.label().as_deref() == Some(name)).click();
        self.harness.step();
        self.away();
    }

    /// Clicks what has a name that begins so.
    pub fn click_from(&mut self, beginning: &str) {
        let begins = |node: &AccessKitNode<'_>| {
            node.role() != Role::Label && node.label().is_some_and(|label| label.starts_with(beginning))
        };
        self.harness.get_by(begins).click();
        self.harness.step();
        self.away();
    }

    /// Takes the pointer off the window, so that nothing is under it.
    pub fn away(&mut self) {
        self.harness.remove_cursor();
        self.harness.step();
    }

    /// Opens a picker and picks a line, by search where the list is long.
    pub fn pick(&mut self, caption: &str, line: &str) {
        self.click_from(&format!("{caption}: "));
        self.harness.run();
        self.choose(line);
    }

    /// Clicks a line of the open list.
    pub fn choose(&mut self, line: &str) {
        let searched = self.texts().iter().any(|text| text.starts_with("Search "));
        if searched {
            self.type_in(line);
        }
        self.harness.get_by_role_and_label(Role::ListBoxOption, line).click();
        self.harness.step();
        self.away();
    }

    /// Types into what has the focus.
    pub fn type_in(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.harness.step();
        self.harness.step();
    }

    /// Types into the field with this name.
    pub fn fill(&mut self, field: &str, text: &str) {
        self.harness.get_by(|node| is_field(node.role()) && node.label().as_deref() == Some(field)).focus();
        self.harness.step();
        self.type_in(text);
    }

    /// Writes into the field with this name, in place of what is there. Waits until it is there.
    pub fn write(&mut self, field: &str, text: &str) {
        let named = |node: &AccessKitNode<'_>| is_field(node.role()) && node.label().as_deref() == Some(field);
        self.until(field, |bench| bench.nodes().any(|node| named(&node.accesskit_node())));
        self.harness.get_by(named).focus();
        self.harness.step();
        self.key(CTRL, Key::A);
        self.harness.event(Event::Paste(text.to_owned()));
        self.harness.step();
        self.harness.step();
    }

    /// Presses what has this name, wherever it is scrolled to. Waits until it is there and can be used.
    pub fn press(&mut self, name: &str) {
        self.until(name, |bench| bench.can(name));
        self.harness
            .get_by(|node| node.role() != Role::Label && node.label().as_deref() == Some(name))
            .click_accesskit();
        for _ in 0..4 {
            self.harness.step();
        }
    }

    /// Whether what has this name is there and can be used.
    pub fn can(&self, name: &str) -> bool {
        let named = |node: &AccessKitNode<'_>| node.role() != Role::Label && node.label().as_deref() == Some(name);
        self.nodes().any(|node| named(&node.accesskit_node()) && !node.accesskit_node().is_disabled())
    }

    /// Waits until these words are on screen.
    pub fn until_said(&mut self, words: &str) {
        self.until(words, |bench| bench.has(words));
    }

    /// The lines of the list that is open.
    pub fn options(&self) -> Vec<String> {
        let option = |node: &AccessKitNode<'_>| node.role() == Role::ListBoxOption;
        self.nodes().map(|node| node.accesskit_node()).filter(option).filter_map(|node| node.label()).collect()
    }

    fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        self.harness.root().children_recursive()
    }

    /// Whether what is typed now goes into a field.
    pub fn is_typed_into(&self, field: &str) -> bool {
        self.harness.get_by(|node| is_field(node.role()) && node.label().as_deref() == Some(field)).is_focused()
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
    }

    /// Presses at one place, moves to the other in steps, and lets go.
    pub fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.drag_at(from);
        for step in 1..=8 {
            self.harness.hover_at(from + (to - from) * (step as f32 / 8.0));
        }
        self.harness.drop_at(to);
        self.harness.step();
        self.harness.run();
    }

    pub fn click_at(&mut self, at: Pos2) {
        self.harness.hover_at(at);
        self.harness.drag_at(at);
        self.harness.drop_at(at);
        self.harness.step();
    }

    /// Where the one thing with a name that begins so stands.
    pub fn place_of(&self, beginning: &str) -> Rect {
        self.harness.get_by(|node| name_of(node).is_some_and(|name| name.starts_with(beginning))).rect()
    }

    /// Where the first label with these words stands.
    pub fn place_of_label(&self, words: &str) -> Rect {
        let mut labels =
            self.harness.get_all_by(|node| node.role() == Role::Label && node.value().as_deref() == Some(words));
        labels.next().unwrap().rect()
    }

    /// What the frame just drawn gave to the clipboard.
    pub fn copied(&self) -> Option<String> {
        self.harness.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// Clicks, and gives what that put into the clipboard.
    pub fn copied_by(&mut self, name: &str) -> String {
        // The last of the events is the one that lets the button go.
        self.harness.get_by_role_and_label(Role::Button, name).click();
        self.harness.step();
        let copied = self.copied().unwrap_or_else(|| panic!("{name} copies nothing"));
        self.away();
        copied
    }

    /// After how long the window wants to be drawn again; never, if it is idle.
    pub fn next_frame(&self) -> Duration {
        self.harness.output().viewport_output[&ViewportId::ROOT].repaint_delay
    }

    pub fn theme(&self) -> Theme {
        self.harness.ctx.theme()
    }
}

/// What a node is called; a label's words are its value.
pub fn name_of(node: &AccessKitNode<'_>) -> Option<String> {
    if node.role() == Role::Label { node.value() } else { node.label() }
}

fn is_field(role: Role) -> bool {
    matches!(role, Role::TextInput | Role::MultilineTextInput | Role::PasswordInput)
}

/// The file of a workspace, for messages.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}
