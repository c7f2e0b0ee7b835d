//! The mail server of the set-up, part by part.

use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::collab::mail::{Security, Server};
use crate::collab::outbox;

/// What is given of a mail server; the rest stays as it is.
#[derive(clap::Args)]
pub(super) struct MailServer {
    /// Mail server, by its name as in its certificate; its account's password is never kept: see `mail send`
    #[arg(long, value_name = "HOST")]
    mail_host: Option<String>,
    /// Its port; 587 for starttls, 465 for tls, 25 for none where none is given
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    mail_port: Option<u16>,
    /// How the line to it is closed to others: starttls, tls (from the start), none
    #[arg(long, value_name = "WORD", value_parser = Security::ALL.map(Security::word))]
    mail_security: Option<String>,
    /// Account with which it is logged in to; "" for none
    #[arg(long, value_name = "NAME")]
    mail_account: Option<String>,
    /// Whom e-mails are from, such as "Schoolbench <data@authority.example>"
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// PEM file with root certificates to trust beside those of the operating system; "" for none
    #[arg(long, value_name = "FILE")]
    mail_roots: Option<String>,
    /// Send no e-mails: they wait to be given out as files
    #[arg(long, conflicts_with_all = [
        "mail_host", "mail_port", "mail_security", "mail_account", "mail_from", "mail_roots",
    ])]
    no_mail: bool,
}

impl MailServer {
    /// Whether anything is given.
    pub fn is_given(&self) -> bool {
        let words = [&self.mail_host, &self.mail_security, &self.mail_account, &self.mail_from, &self.mail_roots];
        self.no_mail || self.mail_port.is_some() || words.into_iter().any(Option::is_some)
    }

    /// The server with what is given of it.
    ///
    /// # Errors
    /// When it cannot be a mail server, with what would be right.
    pub fn over(&self, now: Option<&Server>) -> Result<Option<Server>, CliError> {
        if self.no_mail {
            return Ok(None);
        }
        if !self.is_given() {
            return Ok(now.cloned());
        }
        let before = now.map_or(Security::StartTls, |server| server.security);
        let named = |word: &str| Security::ALL.into_iter().find(|security| security.word() == word);
        let security = self.mail_security.as_deref().and_then(named).unwrap_or(before);
        // A port that went with the security before goes with it still.
        let own = now.map(|server| server.port).filter(|port| *port != before.usual_port());
        let given = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
        let or_none = |text: Option<String>, now: Option<String>| match text {
            Some(text) => Some(text).filter(|text| !text.is_empty()),
            None => now,
        };
        let roots = match given(&self.mail_roots) {
            Some(path) if path.is_empty() => None,
            Some(path) => Some(absolute(Path::new(&path))?),
            None => now.and_then(|server| server.roots.clone()),
        };
        let server = Server {
            host: given(&self.mail_host).or(now.map(|server| server.host.clone())).unwrap_or_default(),
            port: self.mail_port.or(own).unwrap_or(security.usual_port()),
            security,
            account: or_none(given(&self.mail_account), now.and_then(|server| server.account.clone())),
            from: given(&self.mail_from).or(now.map(|server| server.from.clone())).unwrap_or_default(),
            roots,
        };
        match outbox::problem(&server) {
            Some(why) => Err(CliError::Input(format!("this is no mail server (--mail-host, --mail-from ...): {why}"))),
            None => Ok(Some(server)),
        }
    }
}

/// A path that means the same wherever the program is started.
fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    let what = "the file of root certificates cannot be found";
    std::path::absolute(path).map_err(|source| CliError::File { what, source, path: path.to_owned() })
}

/// The server for a list of how the whole is set up.
pub(super) fn in_words(server: Option<&Server>) -> Vec<(&'static str, String)> {
    let Some(Server { host, port, security, account, from, roots }) = server else {
        return vec![("mail server", "none".to_owned())];
    };
    vec![
        ("mail server", format!("{host}:{port}")),
        ("line to it", security.word().to_owned()),
        ("its account", account.clone().unwrap_or_else(|| "none".to_owned())),
        ("e-mails are from", from.clone()),
        ("root certificates", roots.as_ref().map_or_else(|| "none".to_owned(), |path| path.display().to_string())),
    ]
}
