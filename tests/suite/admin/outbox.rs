//! The outbox: what is sent once, what is tried again, what is given up, and what is given out as files.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use schoolbench::collab::mail::{MailError, Message};
use schoolbench::collab::outbox::{self, Report};
use schoolbench::collab::{
    Command, Draft, GroupId, GroupState, MailState, Notice, NoticeId, PermissionState, PersonId, Recorded, Role,
    Visibility,
};
use schoolbench::model::Urn;

use super::bench::{AUTHORITY, Bureau, FIRST, authority, register};

/// An authority with a group of three schools, each with an administrator who is asked for permission.
pub struct Asked {
    pub bureau: Bureau,
    pub group: GroupId,
    pub schools: Vec<Urn>,
    pub heads: Vec<PersonId>,
    /// Now, as far as the commands know.
    pub now: Timestamp,
}

impl Asked {
    pub fn new() -> Self {
        let bureau = Bureau::new();
        let (code, _) = authority();
        let register = register();
        let schools: Vec<Urn> =
            register.schools().filter(|school| school.la_code == code).map(|school| school.urn).take(3).collect();
        assert_eq!(schools.len(), 3);
        let heads = schools.iter().map(|urn| bureau.school(FIRST, *urn).1).collect();
        let draft = Draft {
            owner: AUTHORITY,
            name: "North & <West>".to_owned(),
            description: String::new(),
            schools: schools.iter().copied().collect(),
            users: BTreeSet::new(),
            visibility: Visibility::OwnerOnly,
            accepts: None,
        };
        bureau.must(FIRST, &Command::CreateGroup { draft, state: GroupState::Draft });
        let group = *bureau.office.people().groups.keys().next().unwrap();
        // A little ahead of the clock: nothing that was made before is later than this.
        let now = Timestamp::now();
        let asked = Self { bureau, group, schools, heads, now };
        assert!(asked.bureau.office.people().notices.is_empty(), "nobody is told of a draft for its owner only");
        asked
    }

    /// Records that permission was asked for or given, so that the schools' administrators are told.
    pub fn record(&self, schools: &[Urn], state: PermissionState, at: Timestamp) {
        let on = self.now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let recorded = Recorded { state, on, agreement: String::new() };
        let schools = schools.iter().copied().collect();
        let command = Command::RecordPermission { group: self.group, schools, recorded };
        self.bureau.office.obey(Some(FIRST), &command, at).unwrap();
    }

    /// One notice to each head.
    pub fn all_asked() -> Self {
        let asked = Self::new();
        asked.record(&asked.schools, PermissionState::Requested, asked.now);
        assert_eq!(asked.bureau.office.people().notices.len(), 3);
        asked
    }

    fn later(&self, seconds: i64) -> Timestamp {
        self.now + SignedDuration::from_secs(seconds)
    }

    fn states(&self) -> Vec<MailState> {
        self.bureau.office.people().notices.values().map(|notice| notice.mail.clone()).collect()
    }

    fn ids(&self) -> Vec<NoticeId> {
        self.bureau.office.people().notices.keys().copied().collect()
    }

    fn deliver(&self, at: Timestamp, send: &dyn Fn(&Message) -> Result<(), MailError>) -> Report {
        outbox::deliver(&self.bureau.office, at, send).unwrap()
    }
}

fn refused_now() -> MailError {
    MailError::RefusedNow { code: 451, said: "greylisted".to_owned() }
}

#[test]
fn who_is_added_as_a_global_user_is_told_of_the_groups_they_see() {
    let asked = Asked::new();
    let add = |email: &str, global| asked.bureau.person(FIRST, email, AUTHORITY, Role::User, global);
    let (plain, global) = (add("plain@la.example", false), add("global@la.example", true));
    let people = asked.bureau.office.people();
    assert_eq!(people.inbox(plain).count(), 0, "sees nothing new");
    let told: Vec<&Notice> = people.inbox(global).map(|(_, notice)| notice).collect();
    assert_eq!(told.len(), 1);
    let name = &people.groups[&asked.group].name;
    assert!(told[0].lines[0].starts_with("You are a global user now"), "{told:#?}");
    assert!(told[0].lines.contains(&format!("You see “{name}” now.")), "{told:#?}");
    assert!(matches!(told[0].mail, MailState::Waiting { .. }), "and by e-mail");
}

#[test]
fn ten_commands_together_are_one_email_with_everything_in_it() {
    let asked = Asked::new();
    let school = &asked.schools[..1];
    for nth in 0..10 {
        let state = if nth % 2 == 0 { PermissionState::Requested } else { PermissionState::Granted };
        asked.record(school, state, asked.later(nth * 10));
    }
    let people = asked.bureau.office.people();
    let now = asked.later(100);
    let letters = outbox::letters(&people, &outbox::due(&people, now));
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].to, letters[0].notices.len()), (asked.heads[0], 10));
    let message = letters[0].message.clone().unwrap();
    let person = &people.persons[&asked.heads[0]];
    assert_eq!((&message.to, &message.to_name), (&person.email, &person.name));
    assert_eq!(message.subject, "Collaborate group “North & <West>”");
    assert!(message.text.starts_with(&format!("Hello {},\n", person.name)), "{}", message.text);
    let said = |words: &str| message.text.matches(words).count();
    assert_eq!(said("• Changed by Ada Adminson."), 1);
    assert_eq!(said("• Questions about the group: Ada Adminson, ada@la.example."), 1);
    assert!(said("was requested") >= 1 && said("is granted") >= 1, "{}", message.text);
    assert!(said("open it, sign in as") == 1 && said("nothing about pupils") == 1, "{}", message.text);
    assert!(message.html.contains("North &amp; &lt;West&gt;") && !message.html.contains("<West>"), "{}", message.html);

    let sent = RefCell::new(Vec::new());
    let send = |message: &Message| {
        sent.borrow_mut().push(message.clone());
        Ok(())
    };
    assert_eq!(asked.deliver(now, &send), Report { sent: 1, waiting: 0, failed: 0 });
    assert_eq!(*sent.borrow(), [message]);
    assert!(asked.states().iter().all(|state| *state == MailState::Sent { at: now }));
    assert_eq!(asked.deliver(asked.later(90_000), &send), Report::default());
    assert_eq!(sent.borrow().len(), 1, "nothing is sent twice");
}

#[test]
fn changes_apart_from_each_other_are_emails_of_their_own() {
    let asked = Asked::new();
    let school = &asked.schools[..1];
    for (at, state) in
        [(0, PermissionState::Requested), (120, PermissionState::Refused), (121, PermissionState::Requested)]
    {
        asked.record(school, state, asked.later(at));
    }
    let people = asked.bureau.office.people();
    let letters = outbox::letters(&people, &outbox::due(&people, asked.later(121)));
    let sizes: Vec<usize> = letters.iter().map(|letter| letter.notices.len()).collect();
    assert_eq!(sizes, [2, 1]);
    assert!(outbox::due(&people, asked.later(-1)).is_empty(), "nothing is due before it was made");
    for notice in people.notices.values() {
        let alone = outbox::message(&people, notice).unwrap();
        assert_eq!(alone.subject, notice.subject);
        assert!(notice.lines.iter().all(|line| alone.text.contains(&format!("• {line}\n"))));
    }
}

#[test]
fn what_a_server_cannot_take_now_is_tried_again_ever_later_and_given_up_after_seven_tries() {
    let asked = Asked::new();
    asked.record(&asked.schools[..1], PermissionState::Requested, asked.now);
    let tried = Cell::new(0);
    let send = |_: &Message| {
        tried.set(tried.get() + 1);
        Err(refused_now())
    };
    let mut now = asked.now;
    for (nth, minutes) in [1, 5, 30, 2 * 60, 6 * 60, 24 * 60].into_iter().enumerate() {
        assert_eq!(asked.deliver(now, &send), Report { sent: 0, waiting: 1, failed: 0 });
        let wait = SignedDuration::from_mins(minutes);
        let why = refused_now().to_string();
        let tries = nth as u32 + 1;
        assert_eq!(asked.states(), [MailState::Waiting { tries, not_before: now + wait, why }]);
        let just_before = now + wait - SignedDuration::from_secs(1);
        assert_eq!(asked.deliver(just_before, &send), Report::default());
        assert_eq!(tried.get(), tries, "it is not tried before its time");
        now += wait;
    }
    assert_eq!(asked.deliver(now, &send), Report { sent: 0, waiting: 0, failed: 1 });
    let MailState::Failed { why } = &asked.states()[0] else { panic!("it is given up") };
    assert!(why.starts_with("given up after 7 tries: ") && why.contains("greylisted"), "{why}");
    assert_eq!(asked.deliver(asked.later(10_000_000), &send), Report::default());

    let ids = asked.ids();
    outbox::again(&asked.bureau.office, &ids, now).unwrap();
    assert_eq!(asked.states(), [MailState::Waiting { tries: 0, not_before: now, why: String::new() }]);
    assert_eq!(asked.deliver(now, &|_| Ok(())), Report { sent: 1, waiting: 0, failed: 0 });
    outbox::again(&asked.bureau.office, &ids, now).unwrap();
    assert_eq!(asked.states(), [MailState::Sent { at: now }], "what was sent stays so");
}

#[test]
fn what_is_refused_for_good_is_given_up_at_once_and_holds_up_nobody() {
    let asked = Asked::all_asked();
    let unlucky = asked.bureau.office.people().persons[&asked.heads[1]].email.clone();
    let send = |message: &Message| match message.to == unlucky {
        true => Err(MailError::Refused { code: 550, said: "no such user".to_owned() }),
        false => Ok(()),
    };
    assert_eq!(asked.deliver(asked.now, &send), Report { sent: 2, waiting: 0, failed: 1 });
    let people = asked.bureau.office.people();
    for notice in people.notices.values() {
        match &notice.mail {
            MailState::Failed { why } => assert!(notice.to == asked.heads[1] && why.contains("no such user")),
            state => assert_eq!(*state, MailState::Sent { at: asked.now }),
        }
    }
    assert_eq!(asked.deliver(asked.later(90_000), &|_| panic!("nothing is due")), Report::default());
}

#[test]
fn where_the_server_is_not_reached_it_is_asked_once_and_everything_waits() {
    let asked = Asked::all_asked();
    let tried = Cell::new(0);
    let late = || MailError::Late { host: "smtp.la.example".to_owned(), port: 587 };
    let send = |_: &Message| {
        tried.set(tried.get() + 1);
        Err(late())
    };
    assert_eq!(asked.deliver(asked.now, &send), Report { sent: 0, waiting: 3, failed: 0 });
    assert_eq!(tried.get(), 1);
    let (not_before, why) = (asked.later(60), late().to_string());
    let mut states = asked.states();
    states.sort_by_key(|state| matches!(state, MailState::Waiting { tries: 0, .. }));
    let waits = |tries| MailState::Waiting { tries, not_before, why: why.clone() };
    assert_eq!(states, [waits(1), waits(0), waits(0)]);
    assert_eq!(asked.deliver(asked.later(59), &send), Report::default());
    assert_eq!(asked.deliver(asked.later(60), &|_| Ok(())), Report { sent: 3, waiting: 0, failed: 0 });
}

#[test]
fn where_the_settings_are_wrong_no_try_counts_and_everything_is_sent_once_they_are_right() {
    let asked = Asked::all_asked();
    let no_password = || MailError::NoPassword { account: "data".to_owned() };
    for days in 0..20 {
        let at = asked.later(days * 86_400);
        assert_eq!(asked.deliver(at, &|_| Err(no_password())), Report { sent: 0, waiting: 3, failed: 0 });
        let why = no_password().to_string();
        let waits = MailState::Waiting { tries: 0, not_before: at, why };
        assert!(asked.states().iter().all(|state| *state == waits));
    }
    let at = asked.later(20 * 86_400);
    assert_eq!(asked.deliver(at, &|_| Ok(())), Report { sent: 3, waiting: 0, failed: 0 });
}

#[test]
fn who_may_not_sign_in_any_more_gets_no_email() {
    let asked = Asked::all_asked();
    let head = asked.heads[0];
    let people = asked.bureau.office.people();
    let organisation = people.persons[&head].organisation;
    asked.bureau.person(FIRST, "deputy@school.example", organisation, Role::Administrator, false);
    let name = people.persons[&head].name.clone();
    let edit = Command::EditPerson {
        person: head,
        name: name.clone(),
        role: Role::Administrator,
        global: false,
        active: false,
    };
    asked.bureau.must(FIRST, &edit);
    let people = asked.bureau.office.people();
    let to_head = people.inbox(head).next().unwrap().1;
    assert_eq!(outbox::message(&people, to_head), None);
    let files = outbox::export(&asked.bureau.office, asked.now).unwrap();
    assert_eq!(files.len(), 2, "nor a file");
    let email = people.persons[&head].email.clone();
    let send = |message: &Message| {
        assert_ne!(message.to, email);
        Ok(())
    };
    assert_eq!(asked.deliver(asked.now, &send), Report { sent: 2, waiting: 0, failed: 1 });
    let people = asked.bureau.office.people();
    let to_head = people.inbox(head).next().unwrap().1;
    let why = format!("{name} may not sign in any more, so nothing is sent");
    assert_eq!(to_head.mail, MailState::Failed { why });
}

#[test]
fn what_another_program_has_sent_meanwhile_is_not_sent_again() {
    let asked = Asked::all_asked();
    let other = asked.bureau.other();
    let sent = RefCell::new(Vec::new());
    let send = |message: &Message| {
        sent.borrow_mut().push(message.to.clone());
        if sent.borrow().len() == 1 {
            let people = other.people();
            let rest = people.notices.iter().filter(|(_, notice)| people.persons[&notice.to].email != message.to);
            let states: Vec<_> = rest.map(|(id, _)| (*id, MailState::Sent { at: asked.now })).collect();
            other.mailed(&states).unwrap();
        }
        Ok(())
    };
    assert_eq!(asked.deliver(asked.now, &send), Report { sent: 1, waiting: 0, failed: 0 });
    assert_eq!(sent.borrow().len(), 1);
}

#[test]
fn a_program_that_ends_while_sending_leaves_at_most_one_email_to_be_sent_again() {
    let asked = Asked::all_asked();
    let ended = std::panic::AssertUnwindSafe(|| {
        let sent = Cell::new(0);
        asked.deliver(asked.now, &|_| {
            sent.set(sent.get() + 1);
            assert!(sent.get() < 3, "the program ends");
            Ok(())
        })
    });
    assert!(std::panic::catch_unwind(ended).is_err());
    let again = asked.bureau.other();
    assert_eq!(outbox::due(&again.people(), asked.now).len(), 1);
    let report = outbox::deliver(&again, asked.now, &|_| Ok(())).unwrap();
    assert_eq!(report, Report { sent: 1, waiting: 0, failed: 0 });
}

#[test]
fn what_waits_is_given_out_as_files_and_counts_so_once_they_are_written() {
    let asked = Asked::all_asked();
    let office = &asked.bureau.office;
    // One of them waits for its time.
    asked.deliver(asked.now, &|_| Err(MailError::Late { host: "smtp.la.example".to_owned(), port: 25 }));
    let files = outbox::export(office, asked.now).unwrap();
    assert_eq!(files.len(), 3);
    assert_eq!(outbox::waiting(&office.people()).len(), 3, "nothing is given out before it is written");
    let names: BTreeSet<&String> = files.iter().map(|file| &file.name).collect();
    assert_eq!(names.len(), 3);
    for (file, urn) in files.iter().zip(&asked.schools) {
        let text = String::from_utf8(file.contents.clone()).unwrap();
        assert!(file.name.ends_with(&format!("-head@{urn}.example.eml")), "{}", file.name);
        assert!(text.contains(&format!("head@{urn}.example")) && text.contains("X-Unsent: 1"), "{text}");
        assert!(text.contains("multipart/alternative") && text.contains("unknown.invalid"), "{text}");
        assert_eq!(file.notices.len(), 1);
    }
    outbox::exported(office, &files[0].notices, asked.later(5)).unwrap();
    assert_eq!(outbox::waiting(&office.people()).len(), 2);
    let states = asked.states();
    assert!(states.contains(&MailState::Exported { at: asked.later(5) }), "{states:?}");
    assert_eq!(outbox::export(office, asked.now).unwrap().len(), 2);
    assert_eq!(asked.deliver(asked.later(100), &|_| Ok(())), Report { sent: 2, waiting: 0, failed: 0 });
}

#[test]
fn settings_of_a_server_that_cannot_work_are_told_before_they_are_used() {
    use schoolbench::collab::mail::{Security, Server};
    let server = Server {
        host: "smtp.la.example".to_owned(),
        port: 587,
        security: Security::StartTls,
        account: None,
        from: "Schoolbench <data@la.example>".to_owned(),
        roots: None,
    };
    assert_eq!(outbox::problem(&server), None);
    let with = |change: &dyn Fn(&mut Server)| {
        let mut server = server.clone();
        change(&mut server);
        outbox::problem(&server)
    };
    assert!(with(&|server| server.host.clear()).is_some());
    assert!(with(&|server| server.host = "two words".to_owned()).is_some());
    assert!(with(&|server| server.port = 0).is_some());
    assert!(with(&|server| server.from = "nobody".to_owned()).is_some());
    assert_eq!(with(&|server| server.from = "data@la.example".to_owned()), None);
}
