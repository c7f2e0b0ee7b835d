//! The bar at the bottom: what is running, how long answers took, where the data come from.

use eframe::egui::{Layout, Ui};

use crate::ui::change::Outbox;
use crate::ui::session::Session;
use crate::ui::theme;

/// Draws the bar. `out` is that of the last whole frame.
pub fn status_bar(ui: &mut Ui, session: &Session, out: &Outbox) {
    ui.horizontal(|ui| {
        let running = match (out.waiting, out.elapsed) {
            (0, Some(elapsed)) => format!("Slowest answer on screen took {:.0} ms", 1000.0 * elapsed.as_secs_f64()),
            (0, None) => "Ready".to_owned(),
            (1, _) => "1 panel waits for its answer".to_owned(),
            (waiting, _) => format!("{waiting} panels wait for their answers"),
        };
        ui.label(theme::muted(ui, running));
        ui.with_layout(Layout::right_to_left(eframe::egui::Align::Center), |ui| {
            let sources = &session.catalogue.sources;
            let files = if sources.len() == 1 {
                "1 file".to_owned()
            } else {
                format!("{} files", crate::model::words::counted(sources.len()))
            };
            let name = session.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let data = format!("{name}: {files}");
            ui.label(theme::muted(ui, data)).on_hover_text(format!(
                "{}\n\n{}",
                session.path.display(),
                sources.join("\n")
            ));
            let (who, about) = who(session);
            ui.label(theme::muted(ui, who)).on_hover_text(about);
        });
    });
}

/// Who looks, and what that means.
fn who(session: &Session) -> (String, &'static str) {
    match (&session.office, session.person()) {
        (Some(office), Some(person)) => {
            let name = office.people().name(person).to_owned();
            (name, "What is shown are the groups that administrators have opened to this person, through the gate")
        }
        (Some(_), None) => {
            ("Nobody is signed in".to_owned(), "The people of this workspace are made up: all of it is shown")
        }
        (None, _) => (
            "Nobody is signed in".to_owned(),
            "This workspace has no users: who can open the file sees all of it, through the gate",
        ),
    }
}
