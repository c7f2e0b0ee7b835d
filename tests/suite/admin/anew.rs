//! A workspace whose people's file is lost: the command line says so everywhere, and begins anew where it is told to.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::bench::beside;
use crate::fixture::{self, binary};

const BEGIN: [&str; 7] = ["begin", "--la", "301", "--name", "Ada Adminson", "--email", "ada@la.example"];

fn run(workspace: &Path, before: &[&str], after: &[&str]) -> Output {
    let mut command = binary();
    command.args(before).arg("--workspace").arg(workspace).args(after);
    command.env("SCHOOLBENCH_PASSWORD", "chalk otter window brass");
    command.output().unwrap()
}

/// Runs what ends so; gives all that it says.
fn ends(code: i32, workspace: &Path, before: &[&str], after: &[&str]) -> String {
    let output = run(workspace, before, after);
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert_eq!(output.status.code(), Some(code), "{before:?} {after:?}: {said}");
    said
}

#[test]
fn people_whose_file_is_lost_are_begun_anew_on_demand_only_and_the_audit_tells() {
    let (folder, workspace) = fixture::workspace();
    let anew = [BEGIN.as_slice(), &["--anew"]].concat();
    let told = ends(2, &workspace, &["admin"], &anew);
    assert!(told.contains("no people were set up for this workspace before"), "{told}");
    ends(0, &workspace, &["admin"], &BEGIN);
    fs::remove_file(beside(&workspace, ".people")).unwrap();

    let question = ["--stage", "ks4", "--years", "2024", "--scope", "all", "--indicator", "att8"];
    let out = folder.path().join("out.csv");
    let to_file = [question.as_slice(), &["--out", out.to_str().unwrap()]].concat();
    let script = folder.path().join("script.txt");
    fs::write(&script, "begin --la 301 --name Ada --email ada@la.example --anew\n").unwrap();
    let alone: [(&[&str], &[&str]); 8] = [
        (&["ask"], &question),
        (&["ask"], &to_file),
        (&["ask"], &["--list"]),
        (&["admin"], &["group", "list"]),
        (&["admin"], &BEGIN),
        (&["admin"], &["run", script.to_str().unwrap()]),
        (&["audit", "verify"], &[]),
        (&["audit", "export"], &["--as", "ada@la.example"]),
    ];
    for (before, after) in alone {
        let told = ends(4, &workspace, before, after);
        assert!(told.contains("bring back fixture.schoolbench.people"), "{before:?} {after:?}: {told}");
    }
    assert!(!out.exists());

    // Made-up people would open it to everybody.
    ends(2, &workspace, &["admin"], &[anew.as_slice(), &["--demo"]].concat());
    let begun = ends(0, &workspace, &["admin"], &anew);
    assert!(begun.contains("Northshire and its administrator Ada Adminson are there"), "{begun}");
    assert_eq!(ends(0, &workspace, &["audit", "verify"], &[]), "2 entries, the chain is whole\n");
    let audit = ends(0, &workspace, &["audit", "export"], &["--as", "ada@la.example"]);
    assert!(audit.contains("begins anew") && audit.contains("the people's file that there was is lost"), "{audit}");
    ends(3, &workspace, &["ask"], &question);
    let told = ends(2, &workspace, &["admin"], &anew);
    assert!(told.contains("the workspace has people already"), "{told}");
}
