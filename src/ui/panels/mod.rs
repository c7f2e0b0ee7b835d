//! The panels of a dashboard. Each draws from its sheet and asks for changes; none changes anything itself.

mod about;
mod findings;
mod gaps;
mod grid;
mod intake;
mod intervals;
mod ranking;
mod ranks;
mod scatter;
mod school_table;
mod similar;
mod subject_schools;
mod subject_table;
mod take;
mod tiles;
mod trends;
mod twin;

pub(super) use intake::usual as usual_intake;

use std::sync::Arc;

use eframe::egui::containers::menu::{MenuConfig, SubMenuButton};
use eframe::egui::text::LayoutJob;
use eframe::egui::{self, Frame, Layout, Margin, RichText, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, vec2};

use super::change::{Change, Outbox};
use super::session::Session;
use super::sheet::Progress;
use super::theme;
use super::view::{Offer, Panel, View};
use super::widgets::{Icon, icon_button};
use super::words;
use crate::desk::Answer;
use crate::model::{Scope, Urn};

/// What a panel draws from, and where it puts what it asks for.
#[derive(Debug)]
pub struct Scene<'a> {
    pub view: &'a View,
    pub session: &'a Session,
    /// The school that was under the pointer in the last frame.
    pub hovered: Option<Urn>,
    /// The panel whose picture is being taken.
    pub sitting: Option<Sitting>,
    pub out: &'a mut Outbox,
}

/// A panel whose picture is being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitting {
    pub panel: u64,
    /// Whether the picture is made of lines and words: what the graphics card draws by itself would not be in it.
    pub as_lines: bool,
}

/// What a panel keeps between frames: its sheet, and nothing that the view should hold.
#[derive(Debug)]
enum State {
    Tiles(tiles::State),
    Trends(Box<trends::State>),
    Scatter(Box<scatter::State>),
    Intake(Box<intake::State>),
    Findings(Box<findings::State>),
    Ranking(Box<ranking::State>),
    Gaps(Box<gaps::State>),
    SubjectTable(Box<subject_table::State>),
    SubjectSchools(Box<subject_schools::State>),
    SchoolTable(Box<school_table::State>),
    Similar(Box<similar::State>),
}

/// A panel on screen.
#[derive(Debug)]
pub struct PanelState(State);

impl PanelState {
    /// The state of a panel that is drawn for the first time.
    pub fn of(panel: &Panel) -> Self {
        Self(match panel {
            Panel::Tiles(_) => State::Tiles(tiles::State::default()),
            Panel::Trends(_) => State::Trends(Box::default()),
            Panel::Scatter(_) => State::Scatter(Box::default()),
            Panel::Intake(_) => State::Intake(Box::default()),
            Panel::Findings(_) => State::Findings(Box::default()),
            Panel::Ranking(_) => State::Ranking(Box::default()),
            Panel::Gaps(_) => State::Gaps(Box::default()),
            Panel::SubjectTable(_) => State::SubjectTable(Box::default()),
            Panel::SubjectSchools(_) => State::SubjectSchools(Box::default()),
            Panel::SchoolTable(_) => State::SchoolTable(Box::default()),
            Panel::Similar(_) => State::Similar(Box::default()),
        })
    }

    /// Draws a panel with its head, which has its title unless a tab has it. Gives whether its head is being dragged.
    pub fn ui(&mut self, ui: &mut Ui, id: u64, titled: bool, scene: &mut Scene<'_>) -> bool {
        let Some(panel) = scene.view.panels.get(&id) else { return false };
        let began = std::time::Instant::now();
        let colours = theme::of(ui);
        let space = theme::space();
        let card = Frame::new()
            .fill(*colours.panel)
            .stroke(Stroke::new(1.0, *colours.line))
            .corner_radius(space.radius)
            .inner_margin(Margin::same(space.one as i8 + 4));
        card.show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            // A panel that was split off may have another kind than the one that had its number before.
            let (progress, answers) = match (&mut self.0, panel) {
                (State::Tiles(state), Panel::Tiles(chosen)) => (state.ask(id, chosen, scene), state.answers()),
                (State::Trends(state), Panel::Trends(chosen)) => (state.ask(id, chosen, scene), state.answers()),
                (State::Scatter(state), Panel::Scatter(chosen)) => (state.ask(id, chosen, scene), state.answers()),
                (State::Intake(state), Panel::Intake(chosen)) => (state.ask(id, chosen, scene), state.answers()),
                (State::Findings(state), Panel::Findings(chosen)) => (state.ask(id, chosen, scene), state.answers()),
                (State::Ranking(state), Panel::Ranking(chosen)) => (state.ask(id, chosen, scene), state.answers()),
                (State::Gaps(state), Panel::Gaps(chosen)) => (state.ask(id, chosen, scene), state.answers()),
                (State::SubjectTable(state), Panel::SubjectTable(chosen)) => {
                    (state.ask(id, chosen, scene), state.answers())
                }
                (State::SubjectSchools(state), Panel::SubjectSchools(chosen)) => {
                    (state.ask(id, chosen, scene), state.answers())
                }
                (State::SchoolTable(state), Panel::SchoolTable(chosen)) => {
                    (state.ask(id, chosen, scene), state.answers())
                }
                (State::Similar(state), Panel::Similar(chosen)) => (state.ask(id, chosen, scene), state.answers()),
                (state, panel) => {
                    *state = Self::of(panel).0;
                    ui.ctx().request_repaint();
                    return false;
                }
            };
            scene.note(&progress, &answers);
            let ranks = match (&self.0, panel) {
                (State::Tiles(state), _) => state.ranks_shown(&scene.session.catalogue),
                (State::Scatter(state), _) => state.ranks_shown(scene),
                (State::SchoolTable(state), _) => state.ranks_shown(),
                _ => Vec::new(),
            };
            let dragged = head(ui, id, panel, titled, (&answers, &ranks), scene);
            if progress.has_line(ui.ctx()) {
                progress_line(ui);
            }
            if let Progress::Failed(error) = &progress {
                failure(ui, &error.to_string());
            }
            let room = ui.available_rect_before_wrap();
            if room.width() < 40.0 || room.height() < 24.0 {
                return dragged;
            }
            ui.scope_builder(UiBuilder::new().max_rect(room), |ui| {
                ui.set_clip_rect(ui.clip_rect().intersect(room.expand(2.0)));
                if progress.is_dimmed(ui.ctx()) {
                    ui.multiply_opacity(0.5);
                }
                match (&mut self.0, panel) {
                    (State::Gaps(_), _) if panel.table() => twin::of_groups(ui, id, &answers),
                    _ if panel.table() => twin::ui(ui, id, &answers, scene),
                    (State::Tiles(state), Panel::Tiles(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::Trends(state), Panel::Trends(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::Scatter(state), Panel::Scatter(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::Intake(state), Panel::Intake(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::Findings(state), Panel::Findings(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::Ranking(state), Panel::Ranking(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::Gaps(state), Panel::Gaps(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::SubjectTable(state), Panel::SubjectTable(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::SubjectSchools(state), Panel::SubjectSchools(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::SchoolTable(state), Panel::SchoolTable(chosen)) => state.ui(ui, id, chosen, scene),
                    (State::Similar(state), Panel::Similar(chosen)) => state.ui(ui, id, chosen, scene),
                    _ => {}
                }
            });
            scene.session.desk.drawn(&answers, began.elapsed());
            dragged
        })
        .inner
    }
}

impl Scene<'_> {
    /// Notes for the status bar how far a panel is.
    fn note(&mut self, progress: &Progress, answers: &[Arc<Answer>]) {
        if matches!(progress, Progress::Waiting(_)) {
            self.out.waiting += 1;
        }
        let slowest = answers.iter().map(|answer| answer.provenance().elapsed).max();
        self.out.elapsed = self.out.elapsed.max(slowest);
    }

    /// Selects a school, or adds it and takes it out with Ctrl or Shift.
    fn select(&mut self, ui: &Ui, urn: Urn) {
        let add = ui.input(|input| input.modifiers.command || input.modifiers.shift);
        let mut selected = self.view.selected.clone();
        let only = selected.len() == 1 && selected.contains(&urn);
        if !add {
            selected.clear();
        }
        if only || !selected.insert(urn) {
            selected.remove(&urn);
        }
        self.out.changes.push(Change::Select(selected));
    }
}

/// The head of a panel: what it shows of whom, and what can be done with it. Gives whether it is being dragged.
fn head(
    ui: &mut Ui,
    id: u64,
    panel: &Panel,
    titled: bool,
    (answers, ranks): (&[Arc<Answer>], &[ranks::Shown<'_>]),
    scene: &mut Scene<'_>,
) -> bool {
    let height = ui.spacing().interact_size.y;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let handle = ui.interact(rect, ui.scope_id().with(("head", id)), Sense::click_and_drag());
    let handle = handle.on_hover_cursor(egui::CursorIcon::Grab);
    let maximised = scene.view.maximised == Some(id);
    let offer = scene.view.offer(&scene.session.catalogue);
    let out = &mut *scene.out;
    let mut buttons = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(egui::Align::Center)));
    buttons.spacing_mut().item_spacing.x = 0.0;
    let taking = take::Taking { id, panel, answers, ranks, session: scene.session, card: ui.max_rect().expand(12.0) };
    let sits = scene.sitting.is_some_and(|sitting| sitting.panel == id);
    if sits {
        out.sitter = Some(taking.sitter(ui));
    }
    menu(&mut buttons, id, &taking, &offer, out);
    let (icon, name) = if maximised { (Icon::Restore, "Show all panels") } else { (Icon::Maximise, "Maximise") };
    let named = |name: &str| format!("{name}: {}", panel.title());
    if icon_button(&mut buttons, icon, &named(name), true).clicked() || handle.double_clicked() {
        out.changes.push(Change::Maximise((!maximised).then_some(id)));
    }
    let (icon, name) = if panel.table() { (Icon::Chart, "Show the chart") } else { (Icon::Table, "Show the table") };
    if icon_button(&mut buttons, icon, &named(name), true).clicked() {
        out.changes.push(Change::Panel(id, panel.clone().with_table(!panel.table())));
    }
    about::button(&mut buttons, panel.title(), answers, scene.session);
    let room = egui::Rect::from_min_max(rect.min, egui::pos2(buttons.min_rect().left() - 8.0, rect.max.y));
    let mut words_ui = ui.new_child(UiBuilder::new().max_rect(room).layout(Layout::left_to_right(egui::Align::Center)));
    // A picture has its title, also that of a panel whose title stands in its tab.
    if titled || sits {
        let title = RichText::new(panel.title()).font(theme::strong());
        words_ui.add(egui::Label::new(title).selectable(false)).on_hover_text(panel.hint());
    } else {
        // Who listens hears the title before the rest.
        handle.widget_info(|| WidgetInfo::labeled(Role::Label, true, panel.title()));
    }
    if let Some(text) = subtitle(answers, panel, scene) {
        let caption = theme::muted(&words_ui, text.clone());
        words_ui.add(egui::Label::new(caption).truncate().selectable(false)).on_hover_text(text);
    }
    ui.add_space(theme::space().half);
    handle.dragged() && !maximised
}

/// Of whom the answers on screen are: from the answers, not from the view, so that it is true while new ones are awaited.
fn subtitle(answers: &[Arc<Answer>], panel: &Panel, scene: &Scene<'_>) -> Option<String> {
    let catalogue = &scene.session.catalogue;
    let first = answers.first()?;
    if let Panel::Scatter(_) = panel {
        // Intake is of all pupils: the filter is told of by the others, where there are others.
        let of_group = answers.iter().filter(|answer| answer.question().by().is_empty());
        let told = of_group.max_by_key(|answer| !answer.question().filter().is_everyone());
        let group = told.unwrap_or(first).question();
        let among = if *group.scope() == Scope::All { "" } else { " · among all schools" };
        return Some(format!("{}{among}", words::question(group, catalogue)));
    }
    // The schools found are many: told is whose like they are.
    let is_of_one = |answer: &&Arc<Answer>| answer.question().by().is_empty();
    let of_one = answers.iter().find(is_of_one).filter(|_| matches!(panel, Panel::Similar(_)));
    let first = of_one.unwrap_or(first);
    let of = words::question(first.question(), catalogue);
    Some(first.compared_with().map_or(of.clone(), |with| format!("{of} · compared with {with}")))
}

fn menu(ui: &mut Ui, id: u64, taking: &take::Taking<'_>, offer: &Offer<'_>, out: &mut Outbox) {
    let panel = taking.panel;
    let button = icon_button(ui, Icon::More, &format!("More: {}", panel.title()), true);
    egui::Popup::menu(&button).show(|ui| {
        ui.set_min_width(180.0);
        if let Panel::Tiles(tiles) = panel {
            let stay = egui::PopupCloseBehavior::CloseOnClickOutside;
            let config = MenuConfig::new().close_behavior(stay).style(theme::boxes);
            SubMenuButton::new("Indicators").config(config).ui(ui, |ui| {
                if let Some(chosen) = tiles::choose(ui, tiles, offer) {
                    out.changes.push(Change::Panel(id, Panel::Tiles(chosen)));
                }
            });
        }
        taking.ui(ui, out);
        ui.separator();
        for (words, change) in [
            ("Split beside", Change::Split { panel: id, below: false }),
            ("Split below", Change::Split { panel: id, below: true }),
            ("Close panel", Change::Close(id)),
        ] {
            if ui.button(words).clicked() {
                out.changes.push(change);
            }
        }
    });
}

/// A thin line that runs along the head while an answer is on its way.
fn progress_line(ui: &Ui) {
    let ctx = ui.ctx();
    ctx.request_repaint_after(std::time::Duration::from_millis(33));
    let at = ui.cursor().min;
    let width = ui.available_width();
    let phase = ctx.input(|input| input.time).fract() as f32;
    let (from, to) = ((phase * 1.3 - 0.3).max(0.0) * width, (phase * 1.3).min(1.0) * width);
    let line = Stroke::new(2.0, *theme::of(ui).accent);
    ui.painter().hline(at.x + from..=at.x + to, at.y - 2.0, line);
}

/// Why a panel has no answer, in the panel.
fn failure(ui: &mut Ui, words: &str) {
    let colours = theme::of(ui);
    Frame::new().fill(*colours.below_soft).corner_radius(4).inner_margin(8).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(words).color(*colours.text));
            if ui.button("Copy details").clicked() {
                ui.ctx().copy_text(words.to_owned());
            }
        });
    });
}

/// Words in the middle of a panel that has nothing to draw.
fn nothing(ui: &Ui, words: &str) {
    let room = ui.available_rect_before_wrap();
    let ink = *theme::of(ui).muted;
    let mut job = LayoutJob::simple(words.to_owned(), theme::body(), ink, (room.width() - 24.0).max(40.0));
    job.halign = egui::Align::Center;
    let galley = ui.painter().layout_job(job);
    let top = room.center().y - galley.size().y / 2.0;
    ui.painter().galley(egui::pos2(room.center().x, top), galley, ink);
}
