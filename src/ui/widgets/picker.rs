//! A button that opens a list to choose from; long lists can be searched.

use eframe::egui::{self, Popup, PopupCloseBehavior, Response, Role, ScrollArea, Ui, WidgetInfo, vec2};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::icon::{Icon, paint_icon};
use super::search::search_field;
use crate::ui::theme;

/// Lists longer than this have a search field.
const SEARCH_FROM: usize = 14;

/// Most lines of a list that are shown: one searches rather than scrolls further.
const MOST_LINES: usize = 200;

/// One line of a list.
#[derive(Debug, Clone)]
pub struct Pick<T> {
    pub value: T,
    pub words: String,
    /// Further words at the right: a number of schools.
    pub note: String,
}

impl<T> Pick<T> {
    /// A line without a note.
    pub fn new(value: T, words: impl Into<String>) -> Self {
        Self { value, words: words.into(), note: String::new() }
    }
}

/// A button with a caption and what is chosen; opens a list and gives what is picked from it.
pub fn picker<T: PartialEq + Clone>(
    ui: &mut Ui,
    caption: &str,
    chosen: &T,
    words: &str,
    lines: impl FnOnce() -> Vec<Pick<T>>,
) -> Option<T> {
    let button = picker_button(ui, caption, words, theme::small_strong());
    let mut picked = None;
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).width(280.0).show(|ui| {
        picked = search_list(ui, caption, &lines(), |line| line == chosen);
        if picked.is_some() {
            ui.close();
        }
    });
    picked
}

/// A button that opens a list: a caption, what is chosen, a caret.
pub fn picker_button(ui: &mut Ui, caption: &str, words: &str, font: egui::FontId) -> Response {
    let colours = theme::of(ui);
    let (pad, caret) = (theme::space().one, 8.0);
    let widest = (ui.available_width().max(80.0) - caret - 3.0 * pad).min(420.0);
    let mut text = egui::text::LayoutJob::default();
    let format = |font, color| egui::TextFormat { font_id: font, color, ..Default::default() };
    text.append(caption, 0.0, format(theme::small(), *colours.muted));
    text.append(words, if caption.is_empty() { 0.0 } else { 6.0 }, format(font, *colours.text));
    text.wrap = egui::text::TextWrapping::truncate_at_width(widest);
    let galley = ui.painter().layout_job(text);
    let size = vec2(galley.size().x + caret + 3.0 * pad, ui.spacing().interact_size.y);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    let name = if caption.is_empty() { words.to_owned() } else { format!("{caption}: {words}") };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact(&response);
        ui.painter().rect(rect, theme::space().radius, visuals.bg_fill, visuals.bg_stroke, egui::StrokeKind::Inside);
        let at = egui::pos2(rect.left() + pad, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, *colours.text);
        let sign = egui::Rect::from_center_size(
            egui::pos2(rect.right() - pad - caret / 2.0, rect.center().y),
            egui::Vec2::splat(caret),
        );
        paint_icon(ui.painter(), Icon::Caret, sign, *colours.muted);
    }
    response
}

/// What was typed into a search field, and the pass in which it was drawn last.
#[derive(Debug, Clone)]
struct Sought {
    text: String,
    pass: u64,
}

/// A list of lines, with a search field above it where it is long. Gives the line that is clicked, or the best match on
/// Enter.
pub fn search_list<T: Clone>(ui: &mut Ui, name: &str, lines: &[Pick<T>], chosen: impl Fn(&T) -> bool) -> Option<T> {
    list(ui, name, lines, lines.len() > SEARCH_FROM, chosen)
}

/// A list of lines; with `searched` there is a search field above it, however short the list is.
pub fn list<T: Clone>(
    ui: &mut Ui,
    name: &str,
    lines: &[Pick<T>],
    searched: bool,
    chosen: impl Fn(&T) -> bool,
) -> Option<T> {
    let mut picked = None;
    let mut shown: Vec<&Pick<T>> = lines.iter().collect();
    if searched {
        let id = ui.scope_id().with("search");
        let pass = ui.ctx().cumulative_pass_nr();
        let before: Option<Sought> = ui.data(|data| data.get_temp(id));
        // A list that was not there a moment ago has just been opened: it begins without what was sought last time.
        let going_on = before.filter(|before| before.pass + 1 >= pass);
        let opened = going_on.is_none();
        let mut sought = going_on.map(|before| before.text).unwrap_or_default();
        let field = search_field(ui, &mut sought, &format!("Search {name}"), "Search", f32::INFINITY);
        if !sought.trim().is_empty() {
            shown = best_first(lines, &sought);
        }
        // Looked at before the field takes the focus back: then it has not lost it.
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if entered {
            picked = shown.first().map(|line| line.value.clone());
        }
        if picked.is_some() {
            sought.clear();
        }
        // An open list is searched at once, without a click into the field.
        if opened || ui.memory(|memory| memory.focused().is_none()) {
            field.request_focus();
        }
        ui.data_mut(|data| data.insert_temp(id, Sought { text: sought, pass }));
        ui.add_space(theme::space().half);
    }
    if shown.is_empty() && !lines.is_empty() {
        ui.label(theme::muted(ui, "Nothing here is called so: try fewer letters"));
    }
    let left_out = shown.len().saturating_sub(MOST_LINES);
    ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
        for line in shown.into_iter().take(MOST_LINES) {
            if list_line(ui, &line.words, &line.note, chosen(&line.value)).clicked() {
                picked = Some(line.value.clone());
            }
        }
        if left_out > 0 {
            ui.label(theme::muted(ui, format!("{left_out} more: search for them")));
        }
    });
    picked
}

/// The lines that match what is sought, best first.
fn best_first<'a, T>(lines: &'a [Pick<T>], sought: &str) -> Vec<&'a Pick<T>> {
    let pattern = Pattern::parse(sought, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut scored: Vec<(u32, &Pick<T>)> = lines
        .iter()
        .filter_map(|line| Some((pattern.score(Utf32Str::new(&line.words, &mut letters), &mut matcher)?, line)))
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, line)| line).collect()
}

fn list_line(ui: &mut Ui, words: &str, note: &str, chosen: bool) -> Response {
    let colours = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), egui::Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), chosen, words));
    if ui.is_rect_visible(rect) {
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, theme::space().radius, *colours.hover);
        }
        let note = ui.painter().layout_no_wrap(note.to_owned(), theme::small(), *colours.muted);
        let room = rect.width() - note.size().x - 40.0;
        let mut text = egui::text::LayoutJob::simple_singleline(words.to_owned(), theme::body(), *colours.text);
        text.wrap = egui::text::TextWrapping::truncate_at_width(room);
        let text = ui.painter().layout_job(text);
        let middle = |size: egui::Vec2| rect.center().y - size.y / 2.0;
        if chosen {
            let tick = egui::Rect::from_center_size(rect.left_center() + vec2(11.0, 0.0), vec2(9.0, 9.0));
            paint_icon(ui.painter(), Icon::Tick, tick, *colours.accent);
        }
        ui.painter().galley(egui::pos2(rect.left() + 24.0, middle(text.size())), text, *colours.text);
        let right = rect.right() - note.size().x - theme::space().one;
        ui.painter().galley(egui::pos2(right, middle(note.size())), note, *colours.muted);
    }
    response
}
