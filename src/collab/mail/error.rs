//! Why a message was not sent.

use std::path::PathBuf;

/// Why a message was not sent. Says what to do; the address, server or path comes last.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server refused the message for good (5xx).
    #[error(
        "the mail server refused the message for good; check the addresses of whom it is for and from: {code} {said}"
    )]
    Refused { code: u16, said: String },
    /// The server refused the message for now (4xx).
    #[error("the mail server cannot take the message just now; it will be tried again: {code} {said}")]
    RefusedNow { code: u16, said: String },
    /// The server refused the account or its password, or wants one (53x).
    #[error("the mail server refused the log-in; check the account and enter its password again: {code} {said}")]
    Login { code: u16, said: String },
    /// The server did not answer in time.
    #[error("the mail server did not answer in time; check port and security, or try again later: {host}:{port}")]
    Late { host: String, port: u16 },
    /// There is no line to the server, or it broke.
    #[error(
        "the mail server cannot be reached; check the network, the server's name and the port ({detail}): {host}:{port}"
    )]
    NoConnection { detail: String, host: String, port: u16 },
    /// The server's certificate is not trusted, or is another server's. Nothing was told it.
    #[error(
        "the mail server's certificate is not trusted, and nothing was sent; check the server's name, \
         or ask who runs it for the file of its root certificate ({detail}): {host}"
    )]
    Untrusted { detail: String, host: String },
    /// What answers does not speak as it should: no mail server, another security, or no way to log in.
    #[error(
        "the mail server's answer was not understood; check that port and security belong together ({detail}): \
         {host}:{port}"
    )]
    NotUnderstood { detail: String, host: String, port: u16 },
    /// The address of whom the message is for is none.
    #[error("this is not a valid e-mail address; correct it ({detail}): {address}")]
    Address { detail: String, address: String },
    /// The address of whom messages are from is none.
    #[error(
        "messages cannot be sent from this address; correct it in the settings of the mail server ({detail}): {address}"
    )]
    Sender { detail: String, address: String },
    /// A password would go over an open line.
    #[error("a password is never sent over an open line; choose STARTTLS or TLS for this mail server: {host}")]
    OpenLine { host: String },
    /// There is an account but no password.
    #[error("the password of the mail server's account is not known here; enter it: {account}")]
    NoPassword { account: String },
    /// The file of root certificates cannot be used.
    #[error("the file of root certificates cannot be used; choose a PEM file ({detail}): {}", path.display())]
    Roots { detail: String, path: PathBuf },
}

impl MailError {
    /// Whether this message will never be sent, so that trying again is in vain. What is wrong with the settings
    /// keeps all messages waiting until it is put right.
    pub fn is_for_good(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Address { .. })
    }
}
