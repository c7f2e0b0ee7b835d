//! The table of groups.

use std::collections::BTreeSet;

use eframe::egui::{self, Button, Label, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::Act;
use super::rows::Row;
use crate::collab::{GroupId, GroupState};
use crate::ui::admin::Page;
use crate::ui::theme;

/// Height of a row of two lines.
const ROW: f32 = 52.0;

/// Draws the groups. `why_not` says why nothing can be changed at this moment.
pub(super) fn ui(
    ui: &mut Ui,
    rows: &[Row],
    ticked: &BTreeSet<GroupId>,
    why_not: Option<&'static str>,
    acts: &mut Vec<Act>,
) {
    let room = (ui.clip_rect().bottom() - ui.cursor().top() - 40.0).max(200.0);
    let wide = ui.available_width() > 980.0;
    let fixed = |width: f32| Column::exact(width).clip(true);
    let mut table = TableBuilder::new(ui)
        .id_salt("groups")
        .striped(true)
        .auto_shrink([false, true])
        .min_scrolled_height(0.0)
        .max_scroll_height(room)
        .column(fixed(24.0))
        .column(Column::remainder().at_least(120.0).clip(true))
        .column(fixed(92.0))
        .column(fixed(if wide { 130.0 } else { 100.0 }))
        .column(fixed(if wide { 130.0 } else { 112.0 }))
        .column(fixed(92.0));
    if wide {
        table = table.column(fixed(150.0));
    }
    let table = table.column(fixed(118.0));
    let mut heads = vec!["Group", "State", "Schools", "Permission", "People"];
    if wide {
        heads.push("Last change");
    }
    heads.push("");
    let all_ticked = rows.iter().all(|row| ticked.contains(&row.id));
    table
        .header(28.0, |mut header| {
            header.col(|ui| {
                let mut all = all_ticked;
                let tick = ui.checkbox(&mut all, "").accessible_name("Tick all groups shown");
                if tick.on_hover_text("Tick all groups shown").changed() {
                    acts.push(Act::Tick(rows.iter().map(|row| row.id).collect(), all));
                }
            });
            for head in heads {
                header.col(|ui| {
                    ui.add(Label::new(RichText::new(head).font(theme::small_strong())).truncate());
                });
            }
        })
        .body(|body| {
            body.rows(ROW, rows.len(), |mut table_row| {
                let Some(row) = rows.get(table_row.index()) else { return };
                table_row.set_selected(ticked.contains(&row.id));
                table_row.col(|ui| {
                    ui.add_space(theme::space().one);
                    let mut tick = ticked.contains(&row.id);
                    if ui.checkbox(&mut tick, "").accessible_name(format!("Tick {}", row.name)).changed() {
                        acts.push(Act::Tick(vec![row.id], tick));
                    }
                });
                table_row.col(|ui| {
                    let below = if wide { row.owner.clone() } else { format!("{} · {}", row.owner, row.changed) };
                    two(ui, RichText::new(&row.name).font(theme::strong()), &below);
                });
                table_row.col(|ui| {
                    ui.add_space(theme::space().half);
                    state_chip(ui, row.state);
                    ui.add(Label::new(theme::muted(ui, row.visibility.words())).truncate());
                });
                table_row.col(|ui| two(ui, RichText::new(row.schools()), &row.phases));
                table_row.col(|ui| {
                    ui.add_space(theme::space().half);
                    let name = format!("Permissions of {}: {}", row.name, row.permission());
                    let link = ui.link(format!("{} of {} granted", row.granted, row.schools)).accessible_name(name);
                    if link.on_hover_text("The schools of the group and their permission").clicked() {
                        acts.push(Act::Go(Page::Permissions(row.id)));
                    }
                    if row.overdue > 0 {
                        let words = format!("{} overdue", row.overdue);
                        ui.label(RichText::new(words).font(theme::small()).color(*theme::of(ui).warning));
                    }
                });
                table_row.col(|ui| {
                    two(ui, RichText::new(format!("{} allocated", row.allocated)), &format!("{} global", row.global));
                });
                if wide {
                    table_row.col(|ui| {
                        ui.add_space(theme::space().half);
                        let words = theme::muted(ui, &row.changed);
                        ui.add(Label::new(words).wrap());
                    });
                }
                table_row.col(|ui| {
                    ui.add_space(theme::space().one);
                    ui.horizontal(|ui| buttons(ui, row, why_not, acts));
                });
            });
        });
}

fn buttons(ui: &mut Ui, row: &Row, why_not: Option<&'static str>, acts: &mut Vec<Act>) {
    if ui.button("Edit").accessible_name(format!("Edit {}", row.name)).clicked() {
        acts.push(Act::Go(Page::GroupForm(Some(row.id))));
    }
    let more = ui.menu_button("More", |ui| {
        if ui.button("Permissions").clicked() {
            acts.push(Act::Go(Page::Permissions(row.id)));
        }
        let states: &[(&str, GroupState)] = match row.state {
            GroupState::Draft => &[("Make live…", GroupState::Live), ("Archive", GroupState::Archived)],
            GroupState::Live => &[("Make draft", GroupState::Draft), ("Archive", GroupState::Archived)],
            GroupState::Archived => &[("Restore…", GroupState::Draft)],
        };
        for (words, state) in states {
            let button = ui.add_enabled(why_not.is_none(), Button::new(*words));
            if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
                acts.push(Act::Set(vec![row.id], *state));
            }
        }
        let button = ui.add_enabled(why_not.is_none(), Button::new("Duplicate…"));
        if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
            acts.push(Act::Copy(row.id));
        }
    });
    more.response.accessible_name(format!("More for {}", row.name));
}

/// Two lines of a cell: the second is small.
fn two(ui: &mut Ui, above: RichText, below: &str) {
    ui.add_space(theme::space().half);
    ui.add(Label::new(above).truncate());
    ui.add(Label::new(theme::muted(ui, below)).truncate());
}

/// How far a group is, as a chip.
pub fn state_chip(ui: &mut Ui, state: GroupState) {
    let colours = theme::of(ui);
    let (fill, ink) = match state {
        GroupState::Draft => (*colours.accent_soft, *colours.text),
        GroupState::Live => (*colours.above_soft, *colours.above),
        GroupState::Archived => (*colours.sunken, *colours.muted),
    };
    let frame = egui::Frame::new().fill(fill).corner_radius(9.0).inner_margin(egui::Margin::symmetric(8, 1));
    frame.show(ui, |ui| ui.label(RichText::new(state.word()).font(theme::small_strong()).color(ink)));
}
