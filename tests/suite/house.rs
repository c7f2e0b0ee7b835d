//! The house: rooms use only rooms below them, and each keeps its invariant as far as a reader of text can tell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FLOORS: [(&str, u8); 12] = [
    ("model", 0),
    ("method", 1),
    ("workspace", 2),
    ("ingest", 3),
    ("collab", 4),
    ("engine", 4),
    ("desk", 5),
    ("export", 6),
    ("gpu", 6),
    ("cli", 7),
    ("ui", 7),
    ("main", 8),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file with its room and its text.
fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let source = root().join("src");
    let mut files = Vec::new();
    walk(&source, &mut files);
    let room = |path: &Path| {
        let first = path.strip_prefix(&source).unwrap().components().next().unwrap();
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    files.into_iter().map(|path| (room(&path), path.clone(), std::fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn a_room_uses_only_rooms_below_it() {
    let floors: BTreeMap<_, _> = FLOORS.into_iter().collect();
    let mut looked_at = 0;
    for (room, path, text) in sources().into_iter().filter(|(room, ..)| room != "lib") {
        let floor = floors[room.as_str()];
        for (_, after) in text.match_indices("crate::").map(|(at, word)| (at, &text[at + word.len()..])) {
            let used: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(below) = floors.get(used.as_str()) else { continue };
            looked_at += 1;
            let fine = used == room || *below < floor;
            assert!(fine, "{} is in {room} and uses {used}, which is not below it", path.display());
        }
    }
    assert!(looked_at > 50, "the uses of rooms were not found");
}

#[test]
fn sql_and_its_libraries_stay_in_their_rooms() {
    for (room, path, text) in sources() {
        let pure = matches!(room.as_str(), "model" | "method");
        for library in ["duckdb::", "arrow::", "parquet::", "std::fs", "std::io"] {
            assert!(!(pure && text.contains(library)), "{} is pure and names {library}", path.display());
        }
        let sql = ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "\"CREATE "];
        let may_write_sql = matches!(room.as_str(), "engine" | "workspace" | "ingest");
        for statement in sql {
            assert!(may_write_sql || !text.contains(statement), "{} writes SQL", path.display());
        }
    }
}

#[test]
fn only_the_gate_makes_an_answer() {
    for (_, path, text) in sources() {
        let makes = text.match_indices("Answer {").any(|(at, _)| {
            let line = text[..at].rsplit('\n').next().unwrap().trim();
            line.is_empty() || line.ends_with(['(', '='])
        });
        let gate = path.ends_with("desk/gate.rs");
        assert_eq!(makes, gate, "{} {} an Answer", path.display(), if makes { "makes" } else { "does not make" });
    }
}

#[test]
fn no_file_is_long_without_a_reason() {
    for (_, path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn the_map_in_the_architecture_names_every_room() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (room, _) in FLOORS.into_iter().filter(|(room, _)| *room != "main") {
        assert!(text.contains(&format!("`{room}`")), "ARCHITECTURE.md does not tell of {room}");
    }
}
