//! A workspace that is sorted anew holds what it held, in one run; whatever happens meanwhile, nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use schoolbench::ingest::{Cancel, CompactError, Compacted, compact};
use schoolbench::workspace::{Access, Workspace, WorkspaceError};
use tempfile::TempDir;

use crate::append::{demo_of, load, same_answers};
use crate::demo;
use crate::fixture::{self, Data, binary, contents};

fn sort_anew(workspace: &Path) -> Result<Compacted, CompactError> {
    compact(workspace, &Cancel::default(), &mut |_| {})
}

/// The fixture with two more years, each in a run of its own.
fn in_runs() -> (TempDir, PathBuf) {
    let (folder, workspace) = fixture::workspace();
    for year in [2022, 2025] {
        let files = TempDir::new().unwrap();
        assert!(load(&workspace, &Data::of(&[year]).write(files.path())).runs > 1);
    }
    (folder, workspace)
}

fn files_beside(workspace: &Path) -> usize {
    fs::read_dir(workspace.parent().unwrap()).unwrap().count()
}

#[test]
fn answers_stay_what_they_were() {
    let files = TempDir::new().unwrap();
    let folder = TempDir::new().unwrap();
    let workspace = folder.path().join("by_year.schoolbench");
    for years in [&[2018, 2019][..], &[2022], &[2023], &[2024]] {
        load(&workspace, &[demo_of(files.path(), years)]);
    }
    let before = contents(&workspace);
    let mut told = Vec::new();
    let compacted = compact(&workspace, &Cancel::default(), &mut |progress| told.push(progress.fraction)).unwrap();
    assert_eq!(compacted.runs, 4);
    assert_eq!(contents(&workspace), before);
    same_answers(demo::workspace(), &workspace, 12);
    assert!(told.is_sorted() && told.last() == Some(&1.0), "{told:?}");
    assert_eq!(compacted.after, fs::metadata(&workspace).unwrap().len());
    assert_eq!(files_beside(&workspace), 1);

    let again = sort_anew(&workspace).unwrap();
    assert_eq!(again.runs, 1);
    assert_eq!(contents(&workspace), before);
    // It can be loaded into as before.
    let more = TempDir::new().unwrap();
    assert_eq!(load(&workspace, &Data::of(&[2025]).write(more.path())).runs, 1, "other schools have one run too");
}

#[test]
fn what_was_replaced_takes_no_room_any_more() {
    let files = TempDir::new().unwrap();
    let folder = TempDir::new().unwrap();
    let workspace = folder.path().join("replaced.schoolbench");
    load(&workspace, &[demo_of(files.path(), &[2018, 2019, 2022, 2023, 2024])]);
    // Pupils without results, of a year that is there: all is made anew, beside what it replaces.
    let more = TempDir::new().unwrap();
    let pupils = Data { results: Vec::new(), ..Data::of(&[2024]) };
    assert_eq!(load(&workspace, &pupils.write(more.path())).runs, 1);
    let before = contents(&workspace);
    let compacted = sort_anew(&workspace).unwrap();
    assert!(compacted.after < compacted.before, "{compacted:?}");
    assert_eq!(contents(&workspace), before);
}

#[test]
fn the_program_says_what_it_did() {
    let (_folder, workspace) = in_runs();
    let before = contents(&workspace);
    let output = binary().args(["compact", "--workspace"]).arg(&workspace).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains(" MB in 3 sorted runs, is "), "{told}");
    assert_eq!(contents(&workspace), before);
}

#[test]
fn what_is_in_use_or_no_workspace_is_left_alone() {
    let (folder, workspace) = in_runs();
    let held = Workspace::open(&workspace, Access::Read).unwrap();
    let refused = sort_anew(&workspace);
    assert!(matches!(refused, Err(CompactError::Workspace(WorkspaceError::InUse { .. }))), "{refused:?}");
    let output = binary().args(["compact", "--workspace"]).arg(&workspace).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    drop(held);
    let missing = sort_anew(&folder.path().join("none.schoolbench"));
    assert!(matches!(missing, Err(CompactError::Workspace(WorkspaceError::Missing { .. }))), "{missing:?}");
    let text = folder.path().join("text.schoolbench");
    fs::write(&text, "urn,name\n100001,Ash\n").unwrap();
    let foreign = sort_anew(&text);
    assert!(matches!(foreign, Err(CompactError::Workspace(WorkspaceError::Foreign { .. }))), "{foreign:?}");
    assert_eq!(files_beside(&workspace), 2);
}

#[test]
fn names_that_a_statement_must_quote() {
    for name in ["it's \"quoted\".schoolbench", "compacted.schoolbench", "select.schoolbench"] {
        let (_folder, workspace) = in_runs();
        let named = workspace.with_file_name(name);
        fs::rename(&workspace, &named).unwrap();
        let before = contents(&named);
        assert_eq!(sort_anew(&named).unwrap().runs, 3, "{name}");
        assert_eq!(contents(&named), before, "{name}");
        assert_eq!(files_beside(&named), 1, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay_what_they_were() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, workspace) = in_runs();
    let links = TempDir::new().unwrap();
    let link = links.path().join("link.schoolbench");
    std::os::unix::fs::symlink(&workspace, &link).unwrap();
    fs::set_permissions(&workspace, fs::Permissions::from_mode(0o600)).unwrap();
    let before = contents(&workspace);
    sort_anew(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&workspace).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(contents(&workspace), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn cancelled_in_every_phase() {
    let mut phases: Vec<&'static str> = Vec::new();
    let (_folder, workspace) = in_runs();
    let before = contents(&workspace);
    compact(&workspace, &Cancel::default(), &mut |progress| {
        if !phases.contains(&progress.what) {
            phases.push(progress.what);
        }
    })
    .unwrap();
    assert!(phases.len() > 5 && phases.last() == Some(&"done"), "{phases:?}");
    for phase in phases.iter().filter(|phase| **phase != "done") {
        let (_folder, workspace) = in_runs();
        let cancel = Cancel::default();
        let cancelled = compact(&workspace, &cancel, &mut |progress| {
            if progress.what == *phase {
                cancel.cancel();
            }
        });
        assert!(matches!(cancelled, Err(CompactError::Cancelled)), "{phase}: {cancelled:?}");
        assert_eq!(files_beside(&workspace), 1, "{phase}");
        assert_eq!(contents(&workspace), before, "{phase}");
    }
}

#[test]
fn killed_at_any_moment() {
    const MOMENTS: u32 = 25;
    let bytes = fs::read(demo::workspace()).unwrap();
    let expected = contents(demo::workspace());
    let copy = |folder: &TempDir| {
        let workspace = folder.path().join("demo.schoolbench");
        fs::write(&workspace, &bytes).unwrap();
        workspace
    };
    let start = |workspace: &Path| {
        let mut command = binary();
        command.args(["compact", "--workspace"]).arg(workspace).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let folder = TempDir::new().unwrap();
    let workspace = copy(&folder);
    let started = std::time::Instant::now();
    assert!(start(&workspace).wait().unwrap().success());
    let elapsed = started.elapsed();
    let mut left = 0;
    for nth in 0..MOMENTS {
        let folder = TempDir::new().unwrap();
        let workspace = copy(&folder);
        let mut child = start(&workspace);
        let moment: Duration = elapsed.mul_f64(1.1 * f64::from(nth) / f64::from(MOMENTS));
        let (_sender, receiver) = sync_channel::<()>(0);
        // The moment itself is what is tested.
        let _ = receiver.recv_timeout(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(contents(&workspace), expected, "killed after {moment:?}");
        left += usize::from(files_beside(&workspace) > 1);
        // Whoever writes to it next clears away what was left.
        drop(Workspace::open(&workspace, Access::Write).unwrap());
        assert_eq!(files_beside(&workspace), 1, "files beside the workspace, killed after {moment:?}");
        assert_eq!(contents(&workspace), expected, "opened again, killed after {moment:?}");
    }
    assert!(left > 0, "no copy was left unfinished");
}
