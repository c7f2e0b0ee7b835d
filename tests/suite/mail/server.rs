//! A mail server on this computer: real lines, real TLS and a state machine that keeps to the protocol.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder, response};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use schoolbench::collab::mail::Security;
use tempfile::TempDir;

/// How a server behaves.
pub struct Habits {
    pub security: Security,
    /// The account and password that it wants.
    pub login: Option<(&'static str, &'static str)>,
    /// What it says to the address of the recipient.
    pub to_recipient: Response,
    /// What it says once it has the message.
    pub to_message: Response,
    /// The name in its certificate.
    pub name: &'static str,
}

impl Habits {
    pub fn of(security: Security) -> Self {
        Self { security, login: None, to_recipient: response::OK, to_message: response::OK, name: "localhost" }
    }
}

/// What came over one line.
#[derive(Default)]
pub struct Received {
    pub letters: Vec<Letter>,
    /// Account and password as they came.
    pub logins: Vec<(String, String)>,
    /// Whether the line was closed to others in the end.
    pub closed: bool,
    /// Every command, without what it was about.
    pub commands: Vec<String>,
}

#[derive(Default, Clone)]
pub struct Letter {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
}

/// A server that takes one line.
pub struct Running {
    pub port: u16,
    /// The PEM file with which it is trusted.
    pub roots: PathBuf,
    _folder: TempDir,
    thread: JoinHandle<Received>,
}

impl Running {
    pub fn start(habits: Habits) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec![habits.name.to_owned()]).unwrap();
        let folder = TempDir::new().unwrap();
        let roots = folder.path().join("roots.pem");
        std::fs::write(&roots, cert.pem()).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = listener();
        let port = listener.local_addr().unwrap().port();
        let thread = Builder::new().name("mail server".to_owned());
        let thread = thread.spawn(move || serve(&listener, &habits, &config)).unwrap();
        Self { port, roots, _folder: folder, thread }
    }

    /// What came, once the line is closed. Only for servers to which somebody has connected.
    pub fn received(self) -> Received {
        self.thread.join().unwrap()
    }
}

/// A door at which nobody answers as long as it is held; once dropped, there is no door.
pub fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

fn serve(listener: &TcpListener, habits: &Habits, config: &Arc<ServerConfig>) -> Received {
    let (tcp, from) = listener.accept().unwrap();
    let close = || -> Box<dyn Line> {
        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
        Box::new(StreamOwned::new(connection, tcp.try_clone().unwrap()))
    };
    let mut builder = SessionBuilder::new("mail.test");
    if habits.security == Security::StartTls {
        builder.enable_start_tls();
    }
    if habits.login.is_some() {
        builder.enable_auth(AuthMechanism::Plain);
    }
    if habits.security == Security::None {
        builder.insecure_enable_plaintext_auth();
    }
    let mut clerk = Clerk { habits, received: Received::default(), letter: Letter::default() };
    let mut closed = habits.security == Security::Tls;
    let mut commands = Vec::new();
    let mut session = builder.build(from.ip(), &mut clerk);
    let mut line = if closed {
        session.tls_active();
        close()
    } else {
        Box::new(tcp.try_clone().unwrap())
    };
    let mut said = say(&mut *line, &session.greeting());
    let mut in_message = false;
    while said.is_ok()
        && let Some(words) = hear(&mut *line)
    {
        if !in_message {
            let command = String::from_utf8_lossy(&words);
            commands.push(command.split_whitespace().next().unwrap_or_default().to_owned());
        }
        let answer = session.process(&words);
        let refused_message = in_message && answer.is_error;
        in_message = answer.code == 354 || (in_message && answer.action == Action::NoReply);
        said = say(&mut *line, &answer);
        if refused_message {
            // The state machine would go on taking lines for the message's.
            break;
        }
        match answer.action {
            Action::Close => break,
            Action::UpgradeTls => {
                line = close();
                session.tls_active();
                closed = true;
            }
            Action::Reply | Action::NoReply => {}
        }
    }
    drop(session);
    Received { closed, commands, ..clerk.received }
}

fn say(line: &mut dyn Line, answer: &Response) -> io::Result<()> {
    line.write_all(&answer.buffer()?)?;
    line.flush()
}

/// The next line with its end, or `None` where there will be none. Byte by byte, so that nothing is read too early.
fn hear(line: &mut dyn Line) -> Option<Vec<u8>> {
    let mut words = Vec::new();
    let mut byte = [0];
    while !words.ends_with(b"\n") {
        line.read_exact(&mut byte).ok()?;
        words.push(byte[0]);
    }
    Some(words)
}

struct Clerk<'h> {
    habits: &'h Habits,
    received: Received,
    letter: Letter,
}

impl Handler for &mut Clerk<'_> {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        self.letter = Letter { from: from.to_owned(), ..Letter::default() };
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.letter.to.push(to.to_owned());
        self.habits.to_recipient.clone()
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.letter.data.push_str(std::str::from_utf8(line).map_err(io::Error::other)?);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.received.letters.push(self.letter.clone());
        self.habits.to_message.clone()
    }

    fn auth_plain(&mut self, _: &str, account: &str, password: &str) -> Response {
        self.received.logins.push((account.to_owned(), password.to_owned()));
        let right = self.habits.login == Some((account, password));
        if right { response::AUTH_OK } else { response::INVALID_CREDENTIALS }
    }
}
