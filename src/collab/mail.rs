//! E-mails: a message to one person, through the mail server of the authority or as a file.
//!
//! **A password never goes over an open line, and nothing in a message can become a header.** [`send`] waits for the
//! server, so it has no place on the window's thread.

mod error;

use std::error::Error;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, SmtpTransport, Transport};
use serde::{Deserialize, Serialize};

pub use error::MailError;

/// A mail server and how to talk to it. Its password is not part of it, and is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Its name as in its certificate, or its address.
    pub host: String,
    /// Usually [`Security::usual_port`].
    pub port: u16,
    pub security: Security,
    /// The name to log in with. `None`: the server takes messages from this computer without a password.
    pub account: Option<String>,
    /// Whom messages are from: an address, or a name with an address in angle brackets.
    pub from: String,
    /// A PEM file with root certificates to trust beside those of the operating system.
    pub roots: Option<PathBuf>,
}

/// How the line to the server is closed to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Not at all. With an account, only for a server on this computer.
    None,
    /// The line starts open and is closed before anything is told; where that cannot be done, nothing is sent.
    StartTls,
    /// The line is closed from the start.
    Tls,
}

impl Security {
    /// Every security.
    pub const ALL: [Self; 3] = [Self::None, Self::StartTls, Self::Tls];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StartTls => "starttls",
            Self::Tls => "tls",
        }
    }

    /// The port that usually goes with it.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Tls => 465,
        }
    }
}

/// A message to one person, as text and as HTML with the same words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The address.
    pub to: String,
    /// Name of the person; may be empty.
    pub to_name: String,
    pub subject: String,
    pub text: String,
    /// Usually made by [`html`].
    pub html: String,
}

/// How long to wait after so many tries that failed, in minutes; then the message is given up.
const RETRY_MINUTES: [u64; 7] = [0, 1, 5, 30, 2 * 60, 6 * 60, 24 * 60];

/// How many characters of what a server said are told.
const SAID: usize = 200;

/// Sends a message and returns once the server has taken it. `patience` is for every single step (connecting, each
/// answer), not for all together; looking up the server's name takes as long as the operating system lets it.
///
/// # Errors
/// Whatever keeps the message from being sent; see [`MailError`]. [`MailError::is_for_good`] tells whether to give up.
pub fn send(server: &Server, password: Option<&str>, message: &Message, patience: Duration) -> Result<(), MailError> {
    let letter = letter(message, &server.from)?;
    let transport = transport(server, password, patience)?;
    transport.send(&letter).map(drop).map_err(|error| sorted(server, &error))
}

/// The message as a file that mail programs open as a draft to be sent: plain text and HTML, as
/// `multipart/alternative`.
///
/// # Errors
/// [`MailError::Address`] or [`MailError::Sender`].
pub fn eml(message: &Message, from: &str) -> Result<Vec<u8>, MailError> {
    let mut letter = letter(message, from)?;
    let draft = HeaderValue::new(HeaderName::new_from_ascii_str("X-Unsent"), "1".to_owned());
    letter.headers_mut().insert_raw(draft);
    Ok(letter.formatted())
}

/// Text as HTML that shows the same: paragraphs at empty lines, lines as they are, and no character of it means
/// anything.
pub fn html(text: &str) -> String {
    let paragraph = |words: &str| format!("<p>{}</p>\n", escaped(words).replace('\n', "<br>\n"));
    let text = plain_lines(text);
    let paragraphs: String =
        text.split("\n\n").map(str::trim).filter(|words| !words.is_empty()).map(paragraph).collect();
    format!("<!doctype html>\n<html>\n<head><meta charset=\"utf-8\"></head>\n<body>\n{paragraphs}</body>\n</html>\n")
}

/// How long to wait before the next try after `tries` that failed, or `None` where the message is given up: after 1
/// minute, 5 and 30 minutes, 2, 6 and 24 hours. A message that was never tried does not wait.
pub fn retry_after(tries: u32) -> Option<Duration> {
    let minutes = RETRY_MINUTES.get(usize::try_from(tries).ok()?)?;
    Some(Duration::from_secs(minutes * 60))
}

fn letter(message: &Message, from: &str) -> Result<lettre::Message, MailError> {
    let refused = |detail: String| MailError::Address { detail, address: one_line(&message.to) };
    let not_from = |detail: String| MailError::Sender { detail, address: one_line(from) };
    let to = Mailbox::new(named(&message.to_name), address(&message.to).map_err(refused)?);
    let from = sender(from).map_err(not_from)?;
    // Told outright: the library would otherwise read the addresses out of the headers again, names and all.
    let way = Envelope::new(Some(from.email.clone()), vec![to.email.clone()]);
    let way = way.map_err(|error| refused(error.to_string()))?;
    let parts = MultiPart::alternative_plain_html(plain_lines(&message.text), plain_lines(&message.html));
    let letter = lettre::Message::builder().envelope(way).from(from).to(to).subject(one_line(&message.subject));
    // All that can be wrong with it by now is an address that the library does not read as a header.
    letter.message_id(None).multipart(parts).map_err(|error| not_from(error.to_string()))
}

/// An address with or without a name before it.
fn sender(from: &str) -> Result<Mailbox, String> {
    let Some((name, rest)) = from.split_once('<') else { return Ok(Mailbox::new(None, address(from)?)) };
    let inside = rest.trim_end().strip_suffix('>').ok_or("there is no `>` at its end")?;
    let name = name.trim().trim_matches('"');
    Ok(Mailbox::new(named(name), address(inside)?))
}

fn address(text: &str) -> Result<Address, String> {
    let text = text.trim();
    if text.contains(char::is_control) {
        return Err("there is a line break or another control character in it".to_owned());
    }
    text.parse().map_err(|error: lettre::address::AddressError| error.to_string())
}

fn named(name: &str) -> Option<String> {
    let name = one_line(name);
    (!name.is_empty()).then_some(name)
}

/// Text for a header: control characters and line breaks of every kind become spaces, so that it stays one line.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Text for a body, its line breaks all of one kind. A line break that only some servers take for one could otherwise
/// end the message early.
fn plain_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

fn transport(server: &Server, password: Option<&str>, patience: Duration) -> Result<SmtpTransport, MailError> {
    if server.security == Security::None && server.account.is_some() && !is_this_computer(&server.host) {
        return Err(MailError::OpenLine { host: server.host.clone() });
    }
    let tls = match server.security {
        Security::None => Tls::None,
        Security::StartTls => Tls::Required(trust(server)?),
        Security::Tls => Tls::Wrapper(trust(server)?),
    };
    // No time at all is refused by the operating system.
    let patience = patience.max(Duration::from_millis(1));
    let line = SmtpTransport::builder_dangerous(&server.host).port(server.port).tls(tls).timeout(Some(patience));
    let Some(account) = &server.account else { return Ok(line.build()) };
    let password = password.ok_or_else(|| MailError::NoPassword { account: account.clone() })?;
    Ok(line.credentials(Credentials::new(account.clone(), password.to_owned())).build())
}

fn is_this_computer(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Whom to trust: the roots of the operating system and those of the file.
fn trust(server: &Server) -> Result<TlsParameters, MailError> {
    let host = server.host.clone();
    let Some(path) = &server.roots else {
        let parameters = TlsParameters::new(host.clone());
        return parameters.map_err(|error| MailError::Untrusted { detail: detail(&error), host });
    };
    let unusable = |detail: String| MailError::Roots { detail, path: path.clone() };
    let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        return Err(unusable("there is no certificate in it".to_owned()));
    }
    let roots = Certificate::from_pem(&pem).map_err(|error| unusable(detail(&error)))?;
    TlsParameters::builder(host).add_root_certificate(roots).build().map_err(|error| unusable(detail(&error)))
}

/// Sorts the library's errors. It tells of a time-out or a certificate only through the errors that are inside its own.
fn sorted(server: &Server, error: &lettre::transport::smtp::Error) -> MailError {
    let (host, port, detail) = (server.host.clone(), server.port, detail(error));
    if let Some(code) = error.status().map(u16::from) {
        return match code {
            530..540 => MailError::Login { code, said: detail },
            500.. => MailError::Refused { code, said: detail },
            _ => MailError::RefusedNow { code, said: detail },
        };
    }
    let inner = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    match inner.map(std::io::Error::kind) {
        // Where reading was not over in time, systems of the Unix kind say that it would block.
        Some(std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock) => MailError::Late { host, port },
        Some(std::io::ErrorKind::InvalidData) if detail.starts_with("invalid peer certificate") => {
            MailError::Untrusted { detail, host }
        }
        Some(std::io::ErrorKind::InvalidData) => MailError::NotUnderstood { detail, host, port },
        None if error.is_response() || error.is_client() => MailError::NotUnderstood { detail, host, port },
        Some(_) | None => MailError::NoConnection { detail, host, port },
    }
}

/// What is inside the library's error, on one line and not too long: some of it is what a server said.
fn detail(error: &lettre::transport::smtp::Error) -> String {
    let inner = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    one_line(&inner).chars().take(SAID).collect()
}
