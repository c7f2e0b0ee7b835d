//! The form of the mail server, and the password for this session.

use std::path::PathBuf;

use eframe::egui::{Button, DragValue, Grid, TextEdit, Ui};

use super::super::{Request, Room, Secret};
use super::{heading, security_in_words};
use crate::collab::mail::{Security, Server};
use crate::collab::outbox;
use crate::ui::theme;
use crate::ui::widgets::segment;

/// What is written in the forms of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub idle_minutes: u32,
    pub answer_days: u32,
    /// Whether e-mails go through a server at all.
    pub mail: bool,
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub account: String,
    pub from: String,
    /// A file with root certificates; may be empty.
    pub roots: String,
}

impl Default for Draft {
    fn default() -> Self {
        let text = String::new;
        Self {
            idle_minutes: 0,
            answer_days: 0,
            mail: false,
            host: text(),
            port: Security::StartTls.usual_port(),
            security: Security::StartTls,
            account: text(),
            from: text(),
            roots: text(),
        }
    }
}

impl Draft {
    /// The form with a server in it.
    pub fn with(self, server: &Server) -> Self {
        let roots = server.roots.as_ref().map(|path| path.display().to_string());
        Self {
            mail: true,
            host: server.host.clone(),
            port: server.port,
            security: server.security,
            account: server.account.clone().unwrap_or_default(),
            from: server.from.clone(),
            roots: roots.unwrap_or_default(),
            ..self
        }
    }

    /// The server that is written.
    pub fn server(&self) -> Option<Server> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        self.mail.then(|| Server {
            host: self.host.trim().to_owned(),
            port: self.port,
            security: self.security,
            account: given(&self.account),
            from: self.from.trim().to_owned(),
            roots: given(&self.roots).map(PathBuf::from),
        })
    }

    /// What is wrong with what is written.
    pub fn problem(&self) -> Option<String> {
        outbox::problem(&self.server()?)
    }

    /// Draws the form of the mail server.
    pub fn server_ui(&mut self, ui: &mut Ui) {
        heading(ui, "E-mail");
        ui.checkbox(&mut self.mail, "Send e-mail through a mail server");
        if !self.mail {
            let words = "Without a server, notices are in Schoolbench only, and e-mails wait in the outbox: \
                         they can be given out as files that a mail program sends.";
            ui.label(theme::muted(ui, words));
            return;
        }
        ui.add_space(theme::space().half);
        let before = self.security;
        Grid::new("mail server").num_columns(3).show(ui, |ui| {
            text(ui, "Mail server", &mut self.host, "smtp.authority.example", "Its name as in its certificate.");
            ui.label("Line to the server");
            ui.horizontal(|ui| {
                for security in [Security::StartTls, Security::Tls, Security::None] {
                    if segment(ui, security_in_words(security), self.security == security).clicked() {
                        self.security = security;
                    }
                }
            });
            let open = self.security == Security::None && !self.account.trim().is_empty();
            let words = if open { "A password goes over an open line only to this computer." } else { "" };
            ui.label(theme::muted(ui, words));
            ui.end_row();
            let label = ui.label("Port");
            ui.add(DragValue::new(&mut self.port).range(1..=65_535)).labelled_by(label.id);
            ui.label(theme::muted(ui, "587 for STARTTLS, 465 for TLS from the start, 25 for an open line."));
            ui.end_row();
            text(ui, "Account", &mut self.account, "", "Empty where the server wants no log-in.");
            text(ui, "E-mails are from", &mut self.from, "Schoolbench <data@authority.example>", "An address.");
            text(ui, "Root certificates", &mut self.roots, "", "A PEM file, where the authority has its own.");
        });
        if self.security != before && self.port == before.usual_port() {
            self.port = self.security.usual_port();
        }
    }
}

/// A row of the form.
fn text(ui: &mut Ui, name: &str, text: &mut String, hint: &str, note: &str) {
    let label = ui.label(name);
    ui.add(TextEdit::singleline(text).hint_text(hint).desired_width(320.0)).labelled_by(label.id);
    ui.label(theme::muted(ui, note));
    ui.end_row();
}

/// The password of the mail server's account while it is typed. It goes into memory and nowhere else.
#[derive(Default)]
pub struct Password {
    typed: String,
    given: bool,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Password").field("given", &self.given).finish_non_exhaustive()
    }
}

impl Password {
    /// Draws the field.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, may: bool) {
        let needed = room.people.setup.mail.as_ref().is_some_and(|server| server.account.is_some());
        if !needed {
            return;
        }
        ui.add_space(theme::space().one);
        ui.horizontal(|ui| {
            let label = ui.label("Password of the mail account");
            let field = TextEdit::singleline(&mut self.typed).password(true).desired_width(220.0);
            ui.add_enabled(may, field).labelled_by(label.id);
            let ready = may && !self.typed.is_empty();
            let button = ui.add_enabled(ready, Button::new("Use for this session"));
            if button.on_disabled_hover_text("Write the password first.").clicked() {
                self.given = true;
                room.out.push(Request::MailPassword(Secret(std::mem::take(&mut self.typed))));
            }
            if self.given {
                super::super::say(ui, &Ok("A password was given for this session.".to_owned()));
            }
        });
        let words = format!(
            "Schoolbench never stores it: it is in memory until the program ends, and it is never shown, neither here nor in the \
             audit. Where none is written here, it is taken from the environment variable {}.",
            outbox::PASSWORD_VARIABLE
        );
        ui.label(theme::muted(ui, words));
    }
}
