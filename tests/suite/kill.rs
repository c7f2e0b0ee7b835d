//! A load that is killed, interrupted or cancelled at any moment leaves all of it in the workspace or nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use schoolbench::ingest::{Cancel, ImportError, import};
use tempfile::TempDir;

use crate::fixture::{self, Contents, binary, contents};

/// A load that takes a while, and what is in the workspace with the fixture before and after it.
struct Big {
    _folder: TempDir,
    files: PathBuf,
    before: Contents,
    after: Contents,
    elapsed: Duration,
}

static BIG: LazyLock<Big> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let files = folder.path().join("files");
    let made = binary().args(["synth", "--schools", "20", "--years", "2023-2024", "--out"]).arg(&files).output();
    assert!(made.unwrap().status.success());
    let (_workspace_folder, workspace) = fixture::workspace();
    let before = contents(&workspace);
    let started = Instant::now();
    assert!(start(&workspace, &files).wait().unwrap().success());
    let elapsed = started.elapsed();
    let after = contents(&workspace);
    assert_eq!((before.revision, after.revision), (1, 2));
    Big { _folder: folder, files, before, after, elapsed }
});

fn start(workspace: &Path, files: &Path) -> Child {
    let mut command = binary();
    command.arg("import").arg("--workspace").arg(workspace).arg(files);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until a moment: the moment itself is what is tested.
fn wait(moment: Duration) {
    let (_sender, receiver) = sync_channel::<()>(0);
    let _ = receiver.recv_timeout(moment);
}

/// Moments spread at random over a whole load and a little beyond.
fn moments(count: u32, seed: u64) -> impl Iterator<Item = Duration> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(move |nth| {
        let within = f64::from(random.next_u32()) / f64::from(u32::MAX);
        BIG.elapsed.mul_f64(1.1 * (f64::from(nth) + within) / f64::from(count))
    })
}

#[test]
fn killed_at_any_moment() {
    let mut undone = 0;
    for (nth, moment) in moments(50, 1).enumerate() {
        let (folder, workspace) = fixture::workspace();
        let mut child = start(&workspace, &BIG.files);
        wait(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = contents(&workspace);
        assert!(found == BIG.before || found == BIG.after, "killed after {moment:?}: {found:?}");
        if found == BIG.before {
            undone += 1;
            if nth % 5 == 0 {
                assert!(start(&workspace, &BIG.files).wait().unwrap().success(), "again, killed after {moment:?}");
                assert_eq!(contents(&workspace), BIG.after, "loaded again, killed after {moment:?}");
                let left = fs::read_dir(folder.path()).unwrap().count();
                assert_eq!(left, 1, "files beside the workspace, killed after {moment:?}");
            }
        }
    }
    assert!(undone > 0, "no load was killed before its end");
}

/// As a shell tells it: 128 and the signal where a program was ended by one.
#[cfg(unix)]
fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap()
}

#[cfg(unix)]
#[test]
fn interrupted_with_ctrl_c() {
    let mut stopped = 0;
    for moment in moments(10, 2) {
        let (_folder, workspace) = fixture::workspace();
        let mut child = start(&workspace, &BIG.files);
        wait(moment);
        let sent = std::process::Command::new("kill").arg("-INT").arg(child.id().to_string()).status().unwrap();
        assert!(sent.success());
        let code = exit_code(child.wait().unwrap());
        let expected = match code {
            130 => &BIG.before,
            0 => &BIG.after,
            other => panic!("exit code {other} after {moment:?}"),
        };
        assert_eq!(&contents(&workspace), expected, "exit code {code} after {moment:?}");
        stopped += i32::from(code == 130);
    }
    assert!(stopped > 0, "no load was interrupted before its end");
}

#[test]
fn cancelled_in_every_phase() {
    let mut phases: Vec<&'static str> = Vec::new();
    let (_folder, workspace) = fixture::workspace();
    let files = [BIG.files.clone()];
    import(&workspace, &files, &Cancel::default(), &mut |progress| {
        if !phases.contains(&progress.what) {
            phases.push(progress.what);
        }
    })
    .unwrap();
    assert!(phases.len() > 10 && phases.last() == Some(&"done"), "{phases:?}");
    for phase in phases.iter().filter(|phase| **phase != "done") {
        let (folder, workspace) = fixture::workspace();
        let fresh = folder.path().join("fresh.schoolbench");
        for workspace in [&workspace, &fresh] {
            let cancel = Cancel::default();
            let cancelled = import(workspace, &files, &cancel, &mut |progress| {
                if progress.what == *phase {
                    cancel.cancel();
                }
            });
            assert!(matches!(cancelled, Err(ImportError::Cancelled)), "{phase}: {cancelled:?}");
        }
        assert_eq!(contents(&workspace), BIG.before, "{phase}");
        assert!(!fresh.exists(), "{phase}: a new workspace stayed");
    }
}
