//! The filter bar: a chip per pupil characteristic, and how many pupils and schools remain.

use eframe::egui::{self, Popup, PopupCloseBehavior, RichText, Ui};

use crate::desk::{Cell, Figure, Reason};
use crate::export::words::grouped;
use crate::model::{Characteristic, Filter, PupilGroup};
use crate::ui::change::{Change, Outbox, toggled, without};
use crate::ui::session::Session;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::View;
use crate::ui::widgets::chip;
use crate::ui::{questions, theme};

/// The number under which the bar asks; panels begin at 1.
const PANEL: u64 = 0;

/// What the bar keeps between frames.
#[derive(Debug, Default)]
pub struct FilterBar {
    left: Sheet<(), String>,
}

impl FilterBar {
    /// Draws the bar.
    pub fn ui(&mut self, ui: &mut Ui, session: &Session, view: &View, out: &mut Outbox) {
        let asked: Vec<_> = questions::left_in_all(view, &session.catalogue)
            .into_iter()
            .chain(questions::left(view, &session.catalogue))
            .collect();
        let progress = self.left.ask(&session.desk, PANEL, &asked, (), |answers| {
            let all = answers.first().and_then(|answer| answer.cells().first());
            let pupils = match all.map(|cell| &cell.figure) {
                Some(Ok(Figure { n: Some(n), .. })) => format!("{} pupils, ", grouped(*n)),
                // Tables that tell no numbers of pupils still tell of schools.
                Some(Ok(_)) => String::new(),
                Some(Err(Reason::TooFew { smallest_shown })) => format!("fewer than {smallest_shown} pupils, "),
                Some(Err(Reason::Protects { .. })) => "number of pupils withheld, ".to_owned(),
                Some(Err(reason)) if reason.is_of_tables() => String::new(),
                Some(Err(_)) | None => "no pupils, ".to_owned(),
            };
            // Schools whose pupils are too few to be shown are there; those of which nothing was published are not.
            let is_there = |cell: &&Cell| cell.figure.as_ref().err().is_none_or(|reason| !reason.is_of_tables());
            let schools = answers.get(1).map_or(0, |answer| answer.cells().iter().filter(is_there).count());
            let schools =
                if schools == 1 { "1 school".to_owned() } else { format!("{} schools", grouped(schools as i64)) };
            let year = answers.first().and_then(|answer| answer.question().years().last().copied());
            let year = year.map(|year| format!(" in {year}")).unwrap_or_default();
            format!("{pupils}{schools}{year}")
        });
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(6.0, 6.0);
            let years = view.years_shown(&session.catalogue);
            let can = |filter: &Filter| session.catalogue.can_filter(view.stage, &years, filter);
            for characteristic in Characteristic::ALL {
                of_characteristic(ui, characteristic, &view.filter, &can, out);
            }
            if !view.filter.is_everyone() {
                let all = ui.button(RichText::new("All pupils").font(theme::small()));
                choose(&all, all.clicked(), Filter::everyone(), out);
            }
            // Numbers of another filter than the chips show would mislead, however short.
            let left = match (&progress, self.left.shown()) {
                (Progress::Ready, Some((left, _))) => left.clone(),
                (Progress::Failed(error), _) => error.to_string(),
                _ => "counting…".to_owned(),
            };
            // It keeps the room of the last numbers, so that nothing jumps while new ones are counted.
            let last = self.left.shown().map_or(left.clone(), |(left, _)| left.clone());
            let ink = *theme::of(ui).muted;
            let galley = |text: String| ui.painter().layout_no_wrap(text, theme::small_strong(), ink);
            let (shown, room) = (galley(left.clone()), galley(last));
            let size = egui::vec2(shown.size().x.max(room.size().x), ui.spacing().interact_size.y);
            let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &left));
            ui.painter().galley(rect.left_center() - egui::vec2(0.0, shown.size().y / 2.0), shown, ink);
            response.on_hover_text("Pupils, where their number is known, and schools of the group that the filter leaves, in the last year shown");
        });
        if let Some(next) = out.foreseen.take().map(Filter::canonical) {
            session.desk.foresee(&view.filter, |question| questions::once_filtered(question, &next));
        } else if view.filter.is_everyone() {
            session.desk.foresee(&view.filter, |question| questions::whichever_filter(question).into_iter().collect());
        }
    }
}

/// Chooses a filter with a click; under the pointer it is foreseen.
fn choose(at: &egui::Response, chosen: bool, filter: Filter, out: &mut Outbox) {
    if chosen {
        out.changes.push(Change::Filter(filter));
    } else if at.hovered() {
        out.foreseen = Some(filter);
    }
}

/// Why a group cannot be chosen.
const NOT_PUBLISHED: &str = "Not published for this combination";

/// Whether there can be an answer for a filter.
type Can<'a> = &'a dyn Fn(&Filter) -> bool;

/// A chip that can lead to no answer is grey, and says why.
fn of_characteristic(ui: &mut Ui, characteristic: Characteristic, filter: &Filter, can: Can<'_>, out: &mut Outbox) {
    let leads_somewhere = characteristic.groups().any(|group| can(&toggled(filter, group)));
    let enabled = filter.constrains(characteristic) || leads_somewhere;
    ui.add_enabled_ui(enabled, |ui| {
        let shown = ui.scope(|ui| enabled_characteristic(ui, characteristic, filter, can, out)).response;
        if !enabled {
            shown.on_disabled_hover_text(NOT_PUBLISHED);
        }
    });
}

fn enabled_characteristic(
    ui: &mut Ui,
    characteristic: Characteristic,
    filter: &Filter,
    can: Can<'_>,
    out: &mut Outbox,
) {
    let allowed = filter.constraints().find(|(known, _)| *known == characteristic).map(|(_, groups)| groups);
    let active = allowed.is_some();
    let label = characteristic.label();
    let words = match &allowed {
        Some(groups) => groups.iter().map(|group| group.label()).collect::<Vec<_>>().join(" or "),
        None => label.to_owned(),
    };
    let end_name = if active { format!("Remove {label}") } else { format!("Choose {label}") };
    let id = ui.scope_id().with(("chip", label));
    let chip = chip(ui, id, &words, active, &end_name);
    let yes = PupilGroup::from_word(characteristic, "yes").ok();
    match yes {
        // A characteristic of yes and no is switched on with one click.
        Some(yes) if !active && can(&toggled(filter, yes)) => {
            choose(&chip.words, chip.words.clicked(), toggled(filter, yes), out);
            menu(&chip.end, id, characteristic, filter, can, out);
        }
        _ => menu(&chip.words, id, characteristic, filter, can, out),
    }
    if active {
        choose(&chip.end, chip.end.clicked(), without(filter, characteristic), out);
    } else if yes.is_none_or(|yes| !can(&toggled(filter, yes))) {
        menu(&chip.end, id, characteristic, filter, can, out);
    }
}

fn menu(
    button: &egui::Response,
    id: egui::Id,
    characteristic: Characteristic,
    filter: &Filter,
    can: Can<'_>,
    out: &mut Outbox,
) {
    // One menu for both parts of the chip: it stays open when the first group that is ticked makes the chip active.
    let menu = Popup::menu(button).id(id.with("groups")).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.style(theme::boxes).show(|ui| {
        let mut groups: Vec<PupilGroup> = characteristic.groups().collect();
        groups.sort_by_key(|group| group.code == 0);
        for group in groups {
            let mut allowed = filter.constraints().any(|(_, groups)| groups.contains(&group));
            let changed = toggled(filter, group);
            // What is ticked can always be taken back.
            let enabled = allowed || can(&changed);
            let tick = ui.add_enabled(enabled, egui::Checkbox::new(&mut allowed, group.label()));
            choose(&tick, tick.changed(), changed, out);
            tick.on_disabled_hover_text(NOT_PUBLISHED);
        }
    });
}
