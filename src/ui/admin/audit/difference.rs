//! What an entry of the audit changed, field by field and with names in place of numbers.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::collab::audit::Row;
use crate::collab::{Group, Member, Organisation, OrganisationId, People, Permission, Person, PersonId, Setup, Terms};
use crate::ui::admin::parts::moment;
use crate::workspace::Register;

/// How much of a long text is shown, in characters.
const LONG: usize = 600;

/// A thing that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// "Group “North”, changed".
    pub title: String,
    pub lines: Vec<Line>,
}

/// A field of it, before and after; `None` where it was not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holds {
    Words(String),
    /// Several names.
    Names(BTreeSet<String>),
}

type Fields = Vec<(String, Holds)>;

/// Whom numbers stand for.
#[derive(Clone, Copy)]
struct Names<'a> {
    people: &'a People,
    register: &'a Register,
}

/// Everything that an entry changed.
pub fn parts(row: &Row, people: &People, register: &Register) -> Vec<Part> {
    let names = Names { people, register };
    let things: BTreeSet<&String> = row.before.keys().chain(row.after.keys()).collect();
    let part = |thing: &String| {
        let (before, after) = (row.before.get(thing), row.after.get(thing));
        let kind = thing.split('/').next().unwrap_or_default();
        let (was, is) = (before.map(|v| names.fields(kind, v)), after.map(|v| names.fields(kind, v)));
        let how = match (before, after) {
            (None, Some(_)) => "new",
            (Some(_), None) => "gone",
            _ => "changed",
        };
        let title = format!("{}, {how}", title(kind, thing, after.or(before)));
        Part { title, lines: lines(was.unwrap_or_default(), is.unwrap_or_default()) }
    };
    things.into_iter().map(part).collect()
}

fn title(kind: &str, thing: &str, value: Option<&Value>) -> String {
    let name = value.and_then(|value| value.get("name")).and_then(Value::as_str).unwrap_or_default();
    match kind {
        "group" => format!("Group “{name}”"),
        "person" => format!("Person {name}"),
        "organisation" => format!("Organisation {name}"),
        "setup" => "Set-up".to_owned(),
        "terms" => format!("Terms, version {}", thing.rsplit('/').next().unwrap_or_default()),
        _ => thing.to_owned(),
    }
}

/// The fields that differ.
fn lines(was: Fields, is: Fields) -> Vec<Line> {
    let mut rest = was;
    let mut lines = Vec::new();
    for (field, after) in is {
        let at = rest.iter().position(|(known, _)| *known == field);
        let before = at.map(|at| rest.remove(at).1);
        if before.as_ref() != Some(&after) {
            let (before, after) = between(before.as_ref(), Some(&after));
            lines.push(Line { field, before, after });
        }
    }
    for (field, before) in rest {
        let (before, after) = between(Some(&before), None);
        lines.push(Line { field, before, after });
    }
    lines
}

/// What is said of a field before and after. Of several names, only those that come or go.
fn between(before: Option<&Holds>, after: Option<&Holds>) -> (Option<String>, Option<String>) {
    if let (Some(Holds::Names(was)), Some(Holds::Names(is))) = (before, after) {
        let said = |all: &BTreeSet<String>, other: &BTreeSet<String>, sign: &str, how: &str| {
            let differing: Vec<&str> = all.difference(other).map(String::as_str).collect();
            let n = if all.is_empty() { "nobody".to_owned() } else { all.len().to_string() };
            if differing.is_empty() { n } else { format!("{n}\n{sign} {how}: {}", differing.join(", ")) }
        };
        return (Some(said(was, is, "−", "taken out")), Some(said(is, was, "+", "added")));
    }
    let words = |holds: &Holds| match holds {
        Holds::Words(words) if words.is_empty() => "(empty)".to_owned(),
        Holds::Words(words) => words.clone(),
        Holds::Names(all) if all.is_empty() => "nobody".to_owned(),
        Holds::Names(all) => all.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
    };
    (before.map(words), after.map(words))
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

fn words(field: &str, words: impl Into<String>) -> (String, Holds) {
    let words: String = words.into();
    let long = words.chars().count() > LONG;
    let shown = if long { format!("{}…", words.chars().take(LONG).collect::<String>()) } else { words };
    (field.to_owned(), Holds::Words(shown))
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}

impl Names<'_> {
    fn fields(self, kind: &str, value: &Value) -> Fields {
        let known = match kind {
            "group" => read(value).map(|group: Group| self.group(&group)),
            "person" => read(value).map(|person: Person| self.person(&person)),
            "organisation" => read(value)
                .map(|known: Organisation| vec![words("Name", known.name), words("Kind", known.kind.words())]),
            "setup" => read(value).map(|setup: Setup| of_setup(&setup)),
            "terms" => read(value)
                .map(|terms: Terms| vec![words("In force from", moment(terms.from)), words("Text", terms.text)]),
            _ => None,
        };
        known.unwrap_or_else(|| plain(value))
    }

    fn person_name(self, id: PersonId) -> String {
        self.people.name(id).to_owned()
    }

    fn organisation_name(self, id: OrganisationId) -> String {
        self.people.organisation_name(id).to_owned()
    }

    fn all(self, people: &BTreeSet<PersonId>) -> Holds {
        Holds::Names(people.iter().map(|id| self.person_name(*id)).collect())
    }

    fn person(self, person: &Person) -> Fields {
        vec![
            words("Name", &person.name),
            words("E-mail", &person.email),
            words("Organisation", self.organisation_name(person.organisation)),
            words("Role", person.role.word()),
            words("Global user", yes(person.global)),
            words("May sign in", yes(person.active)),
        ]
    }

    fn group(self, group: &Group) -> Fields {
        let terms = group.terms.map_or("not accepted".to_owned(), |terms| {
            format!("version {}, accepted by {} on {}", terms.version, self.person_name(terms.by), moment(terms.at))
        });
        let mut fields = vec![
            words("Name", &group.name),
            words("Description", &group.description),
            words("Owner", self.organisation_name(group.owner)),
            words("Visible to", group.visibility.words()),
            words("State", group.state.word()),
            ("Owner's users".to_owned(), self.all(&group.users)),
            words("Contact", self.person_name(group.contact)),
            words("Terms", terms),
        ];
        for (urn, member) in &group.schools {
            let name = self.register.called(*urn);
            // Schools may have the same name.
            let name = format!("{name} ({urn})");
            fields.push(words(&name, self.permission(member)));
            if !member.users.is_empty() {
                fields.push((format!("{name}, its users"), self.all(&member.users)));
            }
        }
        fields
    }

    fn permission(self, member: &Member) -> String {
        let Permission { state, on, due, agreement, by } = &member.permission;
        let mut said = format!("permission {}", state.words());
        if let Some(on) = on {
            said.push_str(&format!(" on {}", on.strftime("%-d %b %Y")));
        }
        if let Some(due) = due {
            said.push_str(&format!(", answer asked for by {}", due.strftime("%-d %b %Y")));
        }
        if !agreement.is_empty() {
            said.push_str(&format!(", agreement {agreement}"));
        }
        if let Some(by) = by {
            said.push_str(&format!(", recorded by {}", self.person_name(*by)));
        }
        said
    }
}

fn of_setup(setup: &Setup) -> Fields {
    let mut fields = vec![
        words("Made-up people", yes(setup.demo)),
        words("Minutes until an idle window is locked", setup.idle_minutes.to_string()),
        words("Days to answer", setup.answer_days.to_string()),
        words("Mail server", setup.mail.as_ref().map_or("none".to_owned(), |of| format!("{}:{}", of.host, of.port))),
    ];
    if let Some(server) = &setup.mail {
        let roots = server.roots.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        fields.push(words("Line to the mail server", super::super::setup::security_in_words(server.security)));
        fields.push(words("Mail account", server.account.clone().unwrap_or_default()));
        fields.push(words("E-mails are from", &server.from));
        fields.push(words("Root certificates", roots));
    }
    fields
}

/// Fields of something that is not known here: of a newer program.
fn plain(value: &Value) -> Fields {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Object(fields) => fields.iter().map(|(field, value)| words(field, text(value))).collect(),
        other => vec![words("Value", text(other))],
    }
}
