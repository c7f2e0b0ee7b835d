//! E-mails: delivered to a real server on this computer, refused by it, and kept from it.

mod server;

use std::time::Duration;

use mailin::Response;
use proptest::prelude::*;
use schoolbench::collab::mail::{MailError, Message, Security, Server, eml, html, retry_after, send};

use server::{Habits, Received, Running, listener};

/// More than any answer on this computer takes.
const PATIENCE: Duration = Duration::from_secs(60);
const LOGIN: (&str, &str) = ("reports@council.example", "päss: word");
const TEXT: &str = "Dear Zoë,\r\n\nthere are 3 new answers & <notes>.\n\
    .a line that starts with a dot\n.\n..\nFrom here it is a long line, \
    far longer than what may stand on one line of a mail.\n";

fn message() -> Message {
    Message {
        to: "head@school.example".to_owned(),
        to_name: "Zoë Head, M.Ed.".to_owned(),
        subject: "Results of Year 11: 3 new answers".to_owned(),
        text: TEXT.to_owned(),
        html: html(TEXT),
    }
}

fn to(running: &Running, security: Security) -> Server {
    Server {
        host: "localhost".to_owned(),
        port: running.port,
        security,
        account: None,
        from: "Schoolbench <reports@council.example>".to_owned(),
        roots: Some(running.roots.clone()),
    }
}

/// A server with these habits is sent the message, with the password if there is one.
fn tried(habits: Habits, password: Option<&str>) -> (Result<(), MailError>, Received) {
    let security = habits.security;
    let running = Running::start(habits);
    let account = password.map(|_| LOGIN.0.to_owned());
    let server = Server { account, ..to(&running, security) };
    let sent = send(&server, password, &message(), PATIENCE);
    (sent, running.received())
}

/// Names of the headers, in order. Lines that start with a space go on with the header before.
fn headers(data: &str) -> Vec<&str> {
    let (head, _) = data.split_once("\r\n\r\n").unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split_once(':').map_or(line, |(name, _)| name)).collect()
}

/// The part of this type, decoded, its lines ending as on this computer.
fn part(data: &str, kind: &str) -> String {
    let (head, body) = data.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("multipart/alternative"), "{head}");
    let (_, boundary) = head.split_once("boundary=\"").unwrap();
    let (boundary, _) = boundary.split_once('"').unwrap();
    let whole = body.split(&format!("--{boundary}")).find(|part| part.contains(&format!("Content-Type: {kind}")));
    let (head, body) = whole.unwrap().split_once("\r\n\r\n").unwrap();
    let body = body.strip_suffix("\r\n").unwrap();
    let (_, encoding) = head.split_once("Content-Transfer-Encoding: ").unwrap();
    let decoded = match encoding.lines().next().unwrap() {
        "7bit" => body.to_owned(),
        "quoted-printable" => unquoted(body),
        other => panic!("no decoder for {other}"),
    };
    decoded.replace("\r\n", "\n")
}

fn unquoted(body: &str) -> String {
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'=' {
            let (digits, later) = after.split_at(2);
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap());
            rest = later;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The one letter that came, word for word.
fn assert_whole(received: &Received) {
    let [letter] = received.letters.as_slice() else { panic!("{} letters", received.letters.len()) };
    assert_eq!(letter.from, "reports@council.example");
    assert_eq!(letter.to, ["head@school.example"]);
    assert!(letter.data.is_ascii());
    assert!(letter.data.contains("\r\nSubject: Results of Year 11: 3 new answers\r\n"), "{}", letter.data);
    assert_eq!(part(&letter.data, "text/plain"), TEXT.replace("\r\n", "\n"));
    assert_eq!(part(&letter.data, "text/html"), html(TEXT));
}

#[test]
fn a_message_arrives_with_both_parts() {
    let (sent, received) = tried(Habits::of(Security::None), None);
    sent.unwrap();
    assert_whole(&received);
    assert!(!received.closed);
    assert!(received.logins.is_empty());
}

#[test]
fn a_message_arrives_over_lines_that_are_closed_to_others() {
    for security in [Security::StartTls, Security::Tls] {
        let (sent, received) = tried(Habits { login: Some(LOGIN), ..Habits::of(security) }, Some(LOGIN.1));
        sent.unwrap();
        assert_whole(&received);
        assert!(received.closed, "{security:?}");
        assert_eq!(received.logins, [(LOGIN.0.to_owned(), LOGIN.1.to_owned())], "{security:?}");
        let (sent, received) = tried(Habits::of(security), None);
        sent.unwrap();
        assert_whole(&received);
    }
}

#[test]
fn a_wrong_password_sends_nothing() {
    for security in [Security::StartTls, Security::Tls] {
        let (sent, received) = tried(Habits { login: Some(LOGIN), ..Habits::of(security) }, Some("wrong"));
        let error = sent.unwrap_err();
        assert!(matches!(&error, MailError::Login { code: 535, .. }), "{error:?}");
        assert!(!error.is_for_good(), "the message waits until the password is put right");
        assert!(!error.to_string().contains("wrong"));
        assert!(received.letters.is_empty());
    }
}

#[test]
fn a_server_with_a_certificate_that_is_not_trusted_is_told_nothing() {
    let stranger = Running::start(Habits::of(Security::None));
    for security in [Security::StartTls, Security::Tls] {
        let named = |name| Habits { login: Some(LOGIN), name, ..Habits::of(security) };
        for (name, roots) in [("localhost", None), ("localhost", Some(&stranger)), ("elsewhere.example", None)] {
            let running = Running::start(named(name));
            let own = (name != "localhost").then(|| running.roots.clone());
            let roots = roots.map(|stranger| stranger.roots.clone()).or(own);
            let server = Server { account: Some(LOGIN.0.to_owned()), roots, ..to(&running, security) };
            let error = send(&server, Some(LOGIN.1), &message(), PATIENCE).unwrap_err();
            assert!(matches!(&error, MailError::Untrusted { .. }), "{error:?}");
            assert!(!error.is_for_good());
            let received = running.received();
            assert!(received.logins.is_empty() && received.letters.is_empty());
        }
    }
}

#[test]
fn what_a_server_refuses_for_good_is_given_up_and_what_it_refuses_for_now_is_not() {
    let says = |code: u16| Response::custom(code, format!("the reason of {code}"));
    let plain = || Habits::of(Security::None);
    for (code, for_good) in [(550, true), (553, true), (450, false), (451, false)] {
        let to_recipient = Habits { to_recipient: says(code), ..plain() };
        let to_message = Habits { to_message: says(code), ..plain() };
        for (habits, letters) in [(to_recipient, 0), (to_message, 1)] {
            let (sent, received) = tried(habits, None);
            let said = format!("the reason of {code}");
            let expected =
                if for_good { MailError::Refused { code, said } } else { MailError::RefusedNow { code, said } };
            assert_eq!(sent, Err(expected.clone()));
            assert_eq!(expected.is_for_good(), for_good);
            assert!(expected.to_string().ends_with(&format!("{code} the reason of {code}")));
            assert_eq!(received.letters.len(), letters);
        }
    }
}

#[test]
fn a_server_that_never_answers_is_not_waited_for() {
    for security in [Security::None, Security::StartTls, Security::Tls] {
        // The operating system takes the line; nobody ever speaks on it.
        let silent = listener();
        let server = elsewhere("127.0.0.1", silent.local_addr().unwrap().port(), security);
        let error = send(&server, None, &message(), Duration::from_millis(50)).unwrap_err();
        assert_eq!(error, MailError::Late { host: server.host, port: server.port });
        assert!(!error.is_for_good());
    }
}

#[test]
fn no_server_is_told_as_such() {
    let port = listener().local_addr().unwrap().port();
    let error = send(&elsewhere("127.0.0.1", port, Security::None), None, &message(), PATIENCE).unwrap_err();
    assert!(matches!(&error, MailError::NoConnection { .. }), "{error:?}");
    assert!(!error.is_for_good());
    assert!(error.to_string().ends_with(&format!(": 127.0.0.1:{port}")), "{error}");
}

#[test]
fn security_that_the_server_does_not_have_sends_nothing() {
    for security in [Security::StartTls, Security::Tls] {
        let running = Running::start(Habits::of(Security::None));
        let server = Server { account: Some(LOGIN.0.to_owned()), ..to(&running, security) };
        let error = send(&server, Some(LOGIN.1), &message(), PATIENCE).unwrap_err();
        assert!(matches!(&error, MailError::NotUnderstood { .. }), "{error:?}");
        let received = running.received();
        assert!(received.letters.is_empty() && received.logins.is_empty());
        assert!(!received.commands.iter().any(|command| command == "MAIL"), "{:?}", received.commands);
    }
}

fn elsewhere(host: &str, port: u16, security: Security) -> Server {
    let from = "reports@council.example".to_owned();
    Server { host: host.to_owned(), port, security, account: None, from, roots: None }
}

#[test]
fn a_password_never_goes_over_an_open_line() {
    for host in ["mail.council.example", "10.0.0.1", "0.0.0.0", "localhost.council.example", "127.0.0.1.example"] {
        let server = Server { account: Some("reports".to_owned()), ..elsewhere(host, 25, Security::None) };
        for password in [None, Some("secret")] {
            let sent = send(&server, password, &message(), PATIENCE);
            assert_eq!(sent, Err(MailError::OpenLine { host: host.to_owned() }));
        }
    }
    let (sent, received) = tried(Habits { login: Some(LOGIN), ..Habits::of(Security::None) }, Some(LOGIN.1));
    sent.unwrap();
    assert_eq!(received.logins.len(), 1, "on this computer nobody listens in");
}

#[test]
fn an_account_needs_its_password() {
    let server = Server { account: Some("reports".to_owned()), ..elsewhere("mail.council.example", 25, Security::Tls) };
    let sent = send(&server, None, &message(), PATIENCE);
    assert_eq!(sent, Err(MailError::NoPassword { account: "reports".to_owned() }));
}

#[test]
fn a_file_that_holds_no_root_certificates_is_told() {
    let folder = tempfile::TempDir::new().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    let broken = folder.path().join("broken.pem");
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    for path in [empty, broken, folder.path().join("missing.pem")] {
        let server = Server { roots: Some(path.clone()), ..elsewhere("localhost", 1, Security::Tls) };
        let error = send(&server, None, &message(), PATIENCE).unwrap_err();
        assert!(matches!(&error, MailError::Roots { path: told, .. } if *told == path), "{error:?}");
    }
}

#[test]
fn addresses_are_checked_before_anything_is_sent() {
    let bad =
        ["", "head", "head@", "@school.example", "a b@school.example", "a@b@c", "a@school.example\r\nRCPT TO:<x@y.uk>"];
    for address in bad {
        let error = eml(&Message { to: address.to_owned(), ..message() }, "reports@council.example").unwrap_err();
        assert!(matches!(&error, MailError::Address { .. }), "{address:?}: {error:?}");
        assert!(error.is_for_good());
        assert!(!error.to_string().contains('\n'));
        let from = eml(&message(), &format!("Schoolbench <{address}>")).unwrap_err();
        assert!(matches!(&from, MailError::Sender { .. }), "{address:?}: {from:?}");
        assert!(!from.is_for_good(), "other messages wait until it is put right");
    }
    for from in ["reports@council.example", " reports@council.example ", "\"Council, data\" <reports@council.example>"]
    {
        assert!(eml(&message(), from).is_ok(), "{from}");
    }
    assert!(matches!(eml(&message(), "Schoolbench <reports@council.example"), Err(MailError::Sender { .. })));
}

#[test]
fn a_file_is_a_draft_with_both_parts() {
    let file = String::from_utf8(eml(&message(), "reports@council.example").unwrap()).unwrap();
    assert_eq!(part(&file, "text/plain"), TEXT.replace("\r\n", "\n"));
    assert_eq!(part(&file, "text/html"), html(TEXT));
    assert!(file.contains("\r\nX-Unsent: 1\r\n"));
    assert_eq!(sorted(headers(&file)), HEADERS);
}

/// All headers that a file ever has.
const HEADERS: [&str; 8] = ["Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To", "X-Unsent"];

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

#[test]
fn line_breaks_in_names_and_subjects_make_no_headers() {
    let evil = "Results\r\nBcc: thief@elsewhere.example\r\n\r\n<b>hello</b>";
    let running = Running::start(Habits::of(Security::None));
    let from = format!("{} <reports@council.example>", evil.replace(['<', '>'], ""));
    let server = Server { from, ..to(&running, Security::None) };
    let message = Message { to_name: evil.to_owned(), subject: evil.to_owned(), ..message() };
    send(&server, None, &message, PATIENCE).unwrap();
    let received = running.received();
    let letter = &received.letters[0];
    assert_eq!(letter.to, ["head@school.example"]);
    assert_eq!(sorted(headers(&letter.data)), HEADERS[..7]);
    assert_eq!(part(&letter.data, "text/plain"), TEXT.replace("\r\n", "\n"));
    let rcpt = received.commands.iter().filter(|command| *command == "RCPT").count();
    assert_eq!(rcpt, 1, "{:?}", received.commands);
}

proptest! {
    #[test]
    fn no_name_and_no_subject_makes_a_header(
        name in "(?s).{0,40}|([a-zé,\"\\\\]|\r\n|\n|\r|Bcc:){0,20}",
        subject in "(?s).{0,120}|([a-zé: ]|\r\n|\n|\r|Bcc:){0,60}",
    ) {
        let from = format!("{} <reports@council.example>", name.replace('<', " "));
        let file = eml(&Message { to_name: name, subject, ..message() }, &from).unwrap();
        let file = String::from_utf8(file).unwrap();
        prop_assert!(file.is_ascii());
        prop_assert_eq!(sorted(headers(&file)), HEADERS);
        let bare = file.replace("\r\n", "");
        prop_assert!(!bare.contains(['\r', '\n']));
        prop_assert_eq!(part(&file, "text/plain"), TEXT.replace("\r\n", "\n"));
    }
}

#[test]
fn html_shows_the_text_and_means_nothing_else() {
    let made = html("A & B\r\n<script>alert('x')</script>\n\n\n \"quoted\"\n");
    let body = "<body>\n<p>A &amp; B<br>\n&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</p>\n\
        <p>&quot;quoted&quot;</p>\n</body>";
    assert!(made.contains(body), "{made}");
    assert!(made.contains("<meta charset=\"utf-8\">"));
    assert!(html("").contains("<body>\n</body>"));
}

#[test]
fn tries_become_rarer_and_end() {
    let minutes = [Some(0), Some(1), Some(5), Some(30), Some(120), Some(360), Some(1440), None, None];
    for (tries, minutes) in (0..).zip(minutes) {
        assert_eq!(retry_after(tries), minutes.map(|minutes| Duration::from_secs(minutes * 60)), "{tries}");
    }
    assert_eq!(retry_after(u32::MAX), None);
}

#[test]
fn servers_and_messages_can_be_kept() {
    let plain = elsewhere("mail.council.example", 587, Security::StartTls);
    let full = Server { account: Some("reports".to_owned()), roots: Some("roots.pem".into()), ..plain.clone() };
    for server in [plain, full] {
        let text = toml::to_string(&server).unwrap();
        assert!(text.contains("security = \"starttls\""), "{text}");
        assert_eq!(toml::from_str::<Server>(&text).unwrap(), server);
    }
    let kept = serde_json::to_string(&message()).unwrap();
    assert_eq!(serde_json::from_str::<Message>(&kept).unwrap(), message());
}
