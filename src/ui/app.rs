//! The program's window: takes news, draws, and carries out what was asked for.

mod diagnosed;
mod obey;
mod open;
mod people;

use open::Open;
pub(super) use people::OfficeNews;

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, CentralPanel, Context, Frame, Margin, Panel as Edge, RichText, Ui, ViewportCommand};

use super::Options;
use super::bars::{RAIL, TopBar, rail, status_bar, top_bar};
use super::change::{Change, Outbox};
use super::command::{Command, Situation};
use super::diagnostics::Diagnostics;
use super::forms::Form;
use super::jobs::{Jobs, Load, News};
use super::palette::Palette;
use super::panels::Scene;
use super::picture::{Outcome, PartPicture, PartTaken, Picture};
use super::screens::{self, WithFindings};
use super::session::Session;
use super::settings::{Folders, Look, Saver, Settings};
use super::theme;
use super::view::{Place, View};
use crate::desk;
use crate::export;
use crate::ingest::{Bundled, Findings, ImportError, Loaded};
use crate::model::Urn;

/// How a window begins.
#[derive(Debug, Clone)]
pub struct Start {
    pub folders: Folders,
    pub options: Options,
    /// How desks are set up; the window adds its own `notify`.
    pub desk: desk::Options,
    pub outcome: Outcome,
}

impl Default for Start {
    fn default() -> Self {
        let folders = Folders { config: PathBuf::new(), data: PathBuf::new() };
        let desk = desk::Options { prepares: true, ..desk::Options::default() };
        Self { folders, options: Options::default(), desk, outcome: Outcome::default() }
    }
}

/// The window.
#[derive(Debug)]
pub struct Window {
    jobs: Jobs,
    saver: Saver,
    folders: Folders,
    settings: Settings,
    kept_settings: Settings,
    /// The look that was asked for at the start, in place of the setting.
    look: Option<Look>,
    open: Option<Open>,
    load: Option<Load>,
    /// A workspace is being opened.
    opening: bool,
    /// A view to show in place of the last one.
    view_file: Option<PathBuf>,
    /// The dashboard to show in place of the last one.
    place: Option<Place>,
    /// That view is being read.
    reading_view: bool,
    findings: Option<Findings>,
    /// What the last load took from published tables, until it is dismissed.
    loaded: Option<Loaded>,
    /// Whether that is shown.
    report: bool,
    form: Option<Form>,
    palette: Option<Palette>,
    diagnostics: Diagnostics,
    message: Option<String>,
    hovered: Option<Urn>,
    /// What the last frame said of its panels, for the status bar.
    last: Outbox,
    picture: Option<Picture>,
    /// A picture of a panel that is being taken.
    part: Option<PartPicture>,
    people: people::Desk,
}

impl Window {
    /// A window that opens what it was started with, else the last workspace, else the demo.
    pub fn new(ctx: &Context, start: Start) -> Self {
        let Start { folders, options, mut desk, outcome } = start;
        let waker = ctx.clone();
        let notify_too = Arc::clone(&desk.notify);
        desk.notify = Arc::new(move || {
            notify_too();
            waker.request_repaint();
        });
        theme::install(ctx);
        ctx.options_mut(|options| {
            options.zoom_with_keyboard = false;
            // Where the system does not say, as on a projector.
            options.fallback_theme = egui::Theme::Light;
        });
        let settings = Settings::read(&folders);
        desk.memory = options.memory_mib.or(settings.memory_mib).map(|mib| u64::from(mib) << 20);
        let mut window = Self {
            jobs: Jobs::new(folders.clone(), desk),
            saver: Saver::new(folders.clone()),
            folders,
            kept_settings: settings.clone(),
            settings,
            look: options.look,
            open: None,
            load: None,
            opening: false,
            view_file: options.view,
            place: options.place,
            reading_view: false,
            findings: None,
            loaded: None,
            report: false,
            form: None,
            palette: None,
            diagnostics: Diagnostics::default(),
            message: None,
            hovered: None,
            last: Outbox::default(),
            part: None,
            people: people::Desk::default(),
            picture: options.picture.map(|path| Picture::new(path, outcome)),
        };
        window.wear(ctx);
        match options.workspace.or_else(|| window.settings.recent.first().cloned()) {
            Some(path) if path != window.folders.demo() => window.open_workspace(path),
            _ => window.load = Some(window.jobs.bundled(Bundled::Demo)),
        }
        window
    }

    /// The view of the open workspace.
    pub fn view(&self) -> Option<&View> {
        self.open.as_ref().map(|open| &open.view)
    }

    /// The desk of the open workspace.
    pub fn desk(&self) -> Option<&desk::Desk> {
        self.open.as_ref().map(|open| &open.session.desk)
    }

    /// Makes a change of the view, as a panel would.
    pub fn apply(&mut self, change: Change) {
        if let Some(open) = &mut self.open {
            open.view.apply(change, &open.session.catalogue);
        }
    }

    /// What the program says at the moment.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    fn wear(&self, ctx: &Context) {
        ctx.set_theme(egui::ThemePreference::from(self.look.unwrap_or(self.settings.theme)));
        if (ctx.zoom_factor() - self.settings.zoom).abs() > 0.001 {
            ctx.set_zoom_factor(self.settings.zoom);
        }
    }

    fn take_session(&mut self) -> Option<Box<Session>> {
        self.people = self.people.next();
        self.open.take().map(|open| open.session)
    }

    /// Opens a workspace; the one that is open stays until then, for the new one may not be usable.
    fn open_workspace(&mut self, path: PathBuf) {
        self.opening = true;
        self.jobs.open(path);
    }

    fn take_news(&mut self, ctx: &Context) {
        let news: Vec<News> = self.jobs.news().collect();
        for news in news {
            match news {
                News::Opened { session, view } => {
                    (self.load, self.opening) = (None, false);
                    if let Some(before) = self.take_session() {
                        self.jobs.close(before);
                    }
                    self.settings.opened(&session.path);
                    self.meet_people(session.office.as_ref());
                    let name = session.path.file_stem().map(|name| name.to_string_lossy().into_owned());
                    let title = format!("{} – Schoolbench", name.unwrap_or_default());
                    ctx.send_viewport_cmd(ViewportCommand::Title(title));
                    self.open = Some(Open::of(session, view, &self.folders));
                    self.begin_view();
                }
                News::Loaded(loaded) => {
                    let rows: u64 = loaded.files.iter().map(|file| file.rows).sum();
                    let known = match loaded.known.len() {
                        0 => String::new(),
                        n => format!("; {n} files had been loaded before"),
                    };
                    let rows = export::words::plural(i64::try_from(rows).unwrap_or(i64::MAX), "row");
                    let seconds = loaded.elapsed.as_secs_f64();
                    // The demo was not asked to be loaded, only to be shown.
                    let asked_for = self.load.as_ref().is_none_or(|load| !load.is_bundled);
                    self.message = asked_for.then(|| format!("Loaded {rows} in {seconds:.1} s{known}"));
                    self.loaded = Some(loaded).filter(|_| asked_for);
                    (self.load, self.opening) = (None, true);
                }
                News::NotLoaded(error) => {
                    self.opening = self.load.take().is_some_and(|load| load.reopens);
                    match error {
                        ImportError::Findings(findings) => self.findings = Some(findings),
                        ImportError::Cancelled => self.message = Some("Stopped; nothing was loaded".to_owned()),
                        error @ ImportError::Workspace(_) => self.fail(ctx, &error.to_string()),
                    }
                }
                // What was asked of a workspace that is not open any more is of no use, least of all a sign-in.
                News::Office(nth, news) if nth == self.people.nth => self.take_office_news(news),
                News::Office(..) => {}
                News::Chosen { what, paths } => {
                    if let Some(form) = &mut self.form {
                        form.choose(what, &paths);
                    }
                }
                News::NoDialog => {
                    self.message = Some("No dialog could be opened here: type the path".to_owned());
                }
                News::View(view) => {
                    self.reading_view = false;
                    if let Some(open) = &mut self.open {
                        open.view = *view;
                        open.view.fit(&open.session.catalogue);
                    }
                }
                News::Done(words) => self.message = Some(words),
                News::Failed(words) => {
                    (self.load, self.opening) = (None, false);
                    self.fail(ctx, &words);
                }
            }
        }
    }

    fn fail(&mut self, ctx: &Context, words: &str) {
        if let Some(picture) = &self.picture {
            picture.fail(ctx, words);
        }
        let mut letters = words.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        self.message = Some(first.chain(letters).collect());
    }

    fn situation(&self) -> Situation {
        let open = self.open.as_ref();
        Situation {
            open: open.is_some() && !self.must_sign_in() && !self.must_change(),
            loading: self.load.is_some() || self.opening,
            can_go_back: open.is_some_and(|open| open.trail.can_go_back()),
            can_go_forward: open.is_some_and(|open| open.trail.can_go_forward()),
            can_undo: open.is_some_and(|open| open.history.can_undo()),
            can_redo: open.is_some_and(|open| open.history.can_redo()),
            filtered: open.is_some_and(|open| !open.view.filter.is_everyone()),
            selected: open.is_some_and(|open| !open.view.selected.is_empty()),
            has_people: open.is_some_and(|open| open.session.office.is_some()),
            signed_in: open.is_some_and(|open| open.session.person().is_some()),
        }
    }

    fn draw(&mut self, ui: &mut Ui, out: &mut Outbox) {
        let situation = self.situation();
        // The pickers are of what the dashboards show.
        let away = self.is_away() || self.sees_nothing();
        let space = theme::space();
        let colours = theme::of(ui);
        let bar = |fill| Frame::new().fill(fill).inner_margin(Margin::symmetric(space.two as i8, space.one as i8));
        Edge::top("top").frame(bar(*colours.panel)).show(ui, |ui| {
            let session = self.open.as_ref().filter(|_| !away).map(|open| (&*open.session, &open.view));
            top_bar(ui, &TopBar { session, situation }, out);
            if let Some(open) = self.open.as_mut().filter(|_| !away) {
                ui.add_space(space.half);
                open.filter_bar.ui(ui, &open.session, &open.view, out);
            }
        });
        if self.is_for_show() {
            Edge::top("who looks").frame(bar(*colours.accent_soft)).show(ui, |ui| self.banner(ui));
        }
        if let Some(open) = self.open.as_ref().filter(|_| !away) {
            Edge::bottom("status")
                .frame(Frame::new().fill(*colours.panel).inner_margin(Margin::symmetric(space.two as i8, 3)))
                .show(ui, |ui| status_bar(ui, &open.session, &self.last));
        }
        // At the bottom: words that come while somebody reaches for a panel's head must not move it away.
        if let Some(words) = self.message.clone() {
            Edge::bottom("message").frame(bar(*colours.accent_soft)).show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(&words).color(*colours.text));
                    if ui.button("Copy").clicked() {
                        ui.ctx().copy_text(words.clone());
                    }
                    if self.loaded.is_some() && ui.button("What was taken").clicked() {
                        self.report = true;
                    }
                    let unguarded =
                        self.loaded.is_some() && situation.open && !situation.has_people && !self.is_put_off();
                    if unguarded && ui.button(Command::BeginPeople.text().0).clicked() {
                        out.commands.push(Command::BeginPeople);
                    }
                    if ui.button("Dismiss").clicked() {
                        self.message = None;
                    }
                });
            });
        }
        let rests = self.load.is_none() && self.findings.is_none() && !self.report;
        if let Some(open) = self.open.as_ref().filter(|_| rests && situation.open) {
            let here = Some(open.view.place).filter(|_| !self.is_away());
            let unread = self.unread();
            Edge::left("rail")
                .frame(Frame::new().fill(*colours.panel).inner_margin(Margin::symmetric(4, space.one as i8)))
                .resizable(false)
                .exact_size(RAIL)
                .show(ui, |ui| rail(ui, here, unread, out));
        }
        let canvas = Frame::new().fill(*colours.canvas).inner_margin(space.one);
        CentralPanel::default().frame(canvas).show(ui, |ui| self.middle(ui, &situation, out));
        self.diagnose(ui);
        if let Some(form) = &mut self.form
            && let Some(filled) = form.ui(ui, &self.jobs)
        {
            self.form = None;
            self.carry_out(filled);
        }
        if let Some(palette) = &self.palette
            && !palette.ui(ui, out)
        {
            self.palette = None;
        }
    }

    fn middle(&mut self, ui: &mut Ui, situation: &Situation, out: &mut Outbox) {
        if let Some(load) = &self.load {
            if screens::loading(ui, load) {
                load.cancel.cancel();
            }
        } else if let Some(findings) = &self.findings {
            match screens::findings(ui, findings) {
                Some(WithFindings::Close) => self.findings = None,
                Some(WithFindings::Save) => self.save_findings(),
                None => {}
            }
        } else if let Some(loaded) = self.loaded.as_ref().filter(|_| self.report) {
            if screens::report(ui, loaded) {
                self.report = false;
            }
        } else if self.people_ui(ui) {
            // Somebody signs in, or administers.
        } else if let Some(open) = &mut self.open {
            let sitting = self.part.as_ref().map(PartPicture::sitting);
            let mut scene = Scene { view: &open.view, session: &open.session, hovered: self.hovered, sitting, out };
            open.dashboard.ui(ui, &mut scene);
        } else if self.opening {
            ui.centered_and_justified(|ui| ui.label("Opening the workspace…"));
        } else if let Some(path) = screens::welcome(ui, &self.settings.recent, situation, out) {
            self.open_workspace(path);
        }
    }

    /// Keeps what has changed: the settings, and the view once nothing is held.
    fn keep(&mut self, held: bool) {
        if self.settings != self.kept_settings && self.saver.settings(&self.settings) {
            self.kept_settings = self.settings.clone();
        }
        if let Some(open) = &mut self.open {
            open.keep(held, &self.saver);
        }
    }

    /// Shows what the window was started with, once there is somebody to show it to.
    fn begin_view(&mut self) {
        let Some(open) = self.open.as_mut().filter(|open| open.is_somebodys()) else { return };
        if let Some(place) = self.place.take() {
            open.begin_at(place);
        }
        if let Some(path) = self.view_file.take() {
            self.reading_view = true;
            self.jobs.read_view(path);
        }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.take_news(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.take_dropped(&ctx);
        let mut out = Outbox { commands: self.pressed(&ctx), ..Outbox::default() };
        self.lock_when_idle(&ctx);
        self.draw(ui, &mut out);
        self.administration_apart(&ctx);
        if let Some(open) = &self.open {
            open.session.desk.end_frame();
        }
        let changed = !out.changes.is_empty() || !out.commands.is_empty();
        for change in std::mem::take(&mut out.changes) {
            self.apply(change);
        }
        for command in std::mem::take(&mut out.commands) {
            self.obey(&ctx, command);
        }
        if let Some(taken) = out.taken.take() {
            self.take_away(&ctx, taken);
        }
        if let Some(part) = &mut self.part {
            match part.frame(&ctx, out.sitter.take()) {
                Some(PartTaken::Copied) => {
                    self.part = None;
                    self.message = Some("The picture is on the clipboard".to_owned());
                }
                Some(PartTaken::File(path, contents)) => {
                    self.part = None;
                    self.form = Some(Form::Save { what: "the picture", path, contents });
                }
                Some(PartTaken::Failed(words)) => {
                    self.part = None;
                    self.message = Some(words);
                }
                None => {}
            }
        }
        let told_anew = (out.waiting, out.elapsed) != (self.last.waiting, self.last.elapsed);
        if changed || out.hovered != self.hovered || told_anew {
            ctx.request_repaint();
        }
        self.hovered = out.hovered;
        self.keep(ctx.input(|input| input.pointer.any_down()));
        let answered =
            self.open.is_some() && !self.reading_view && out.waiting == 0 && !changed && out.elapsed.is_some();
        self.last = out;
        if let Some(picture) = &mut self.picture {
            picture.frame(&ctx, answered);
        }
    }

    fn raw_input_hook(&mut self, _ctx: &Context, input: &mut egui::RawInput) {
        if self.picture.is_some() {
            // A picture shows what is asked for, not where the pointer happens to be.
            input.events.retain(|event| !matches!(event, egui::Event::PointerMoved(_) | egui::Event::MouseMoved(_)));
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}
