//! A copy of a workspace without its people's file, at the window: it is told what happened, and nothing of it is shown.

use schoolbench::collab::{Command, Office, OrganisationKind};
use schoolbench::workspace::{Access, Workspace};

use super::harness::{Bench, Place, sized};
use crate::fixture;

#[test]
fn a_copy_without_its_people_is_told_of_and_not_shown() {
    let (_folder, original) = fixture::workspace();
    let register = Workspace::open(&original, Access::Read).unwrap().register().unwrap();
    let (organisation, name, email) = ("Northshire".to_owned(), "Ada".to_owned(), "ada@la.example".to_owned());
    let begin = Command::Begin { kind: OrganisationKind::La(301), organisation, name, email };
    let now = jiff::Timestamp::now();
    Office::begin(&original, register, &begin, Some("a harbour in winter"), now).unwrap();

    let place = Place::new();
    let copy = place.folder.path().join("copy.schoolbench");
    std::fs::copy(&original, &copy).unwrap();
    let mut bench = Bench::start(sized(1280.0, 800.0), &place, Some(copy.clone()));
    bench.until("the message", |bench| bench.window().message().is_some());
    let told = bench.window().message().unwrap().to_owned();
    assert!(told.starts_with("People were set up for this workspace"), "{told}");
    assert!(told.contains("bring back copy.schoolbench.people"), "{told}");
    bench.until_said("Open the demo");
    assert!(bench.window().view().is_none() && bench.window().desk().is_none());

    // With its people it opens, to who signs in.
    let [mut from, mut to] = [original.into_os_string(), copy.clone().into_os_string()];
    from.push(".people");
    to.push(".people");
    std::fs::copy(from, to).unwrap();
    let mut bench = Bench::start(sized(1280.0, 800.0), &place, Some(copy));
    bench.until_said("Sign in to copy");
}
