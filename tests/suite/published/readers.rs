//! Encodings, signs, codes and faults of tables as they come.

use std::path::PathBuf;

use schoolbench::ingest::tables::{Layouts, examine};
use schoolbench::ingest::{Fault, Place};
use schoolbench::model::Code;
use tempfile::TempDir;

use super::{Ask, ask, by_school, desk, loaded, only, refused};

const HEAD: &str = "RECTYPE,LEA,URN,SCHNAME,TELIG,PTRWM_EXP,READPROG,READPROG_LOWER,READPROG_UPPER,READ_AVERAGE";

/// A key stage 2 table of these bytes.
fn file(contents: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("2018-19_ks2final.csv");
    std::fs::write(&path, contents).unwrap();
    (folder, path)
}

/// The name of the only school, and its figures.
fn read(contents: &[u8]) -> (String, f64, Option<i64>) {
    let (_folder, path) = file(contents);
    let (_loaded, workspace, _) = loaded(&[path]);
    let desk = desk(&workspace);
    let figure = only(&ask(&desk, &Ask::default())).unwrap();
    let name = desk.register().schools().next().unwrap().name.clone();
    (name, figure.value, figure.n)
}

#[test]
fn every_encoding_separator_and_sign_is_read() {
    let row = "1,850,115851,École Sacré Cœur,1200,63%,-1.9,-3.4,-0.3,104";
    let text = format!("{HEAD}\r\n{row}\r\n");
    let right = ("École Sacré Cœur".to_owned(), 63.0, Some(1200));
    let utf8 = text.clone().into_bytes();
    let bom = [b"\xef\xbb\xbf".as_slice(), &utf8].concat();
    let latin: Vec<u8> = text.chars().map(|c| if c == 'œ' { 0x9c } else { c as u8 }).collect();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let semicolons = text.replace(',', ";").into_bytes();
    let tabs = text.replace(',', "\t").into_bytes();
    let quoted =
        format!("{HEAD}\n1,850,\"115851\",\"École Sacré Cœur\",\"1,200\",\" 63 % \",−1.9,-3.4,-0.3,104\n").into_bytes();
    for (what, bytes) in [
        ("UTF-8", &utf8),
        ("with a byte order mark", &bom),
        ("Latin-1", &latin),
        ("UTF-16", &utf16),
        ("semicolons", &semicolons),
        ("tabs", &tabs),
        ("quoted numbers with thousands", &quoted),
    ] {
        assert_eq!(read(bytes), right, "{what}");
    }
}

#[test]
fn a_published_limit_is_the_interval_and_a_blank_is_nothing() {
    let (_folder, path) = file(format!("{HEAD}\n1,850,115851,Ash,60,63%,-1.9,-3.4,-0.3,\n").as_bytes());
    let (_loaded, workspace, _) = loaded(&[path]);
    let desk = desk(&workspace);
    let figure = only(&ask(&desk, &Ask { indicator: "reading_progress", ..Ask::default() })).unwrap();
    let interval = figure.interval.unwrap();
    assert!(
        (figure.value + 1.9).abs() < 1e-9 && (interval.lower + 3.4).abs() < 1e-9 && (interval.upper + 0.3).abs() < 1e-9
    );
    let nothing = only(&ask(&desk, &Ask { indicator: "reading_score", ..Ask::default() })).unwrap_err();
    assert_eq!(nothing.to_string(), "not in the published tables");
}

#[test]
fn every_code_is_a_reason_and_never_a_zero() {
    let mut text = format!("{HEAD}\n");
    let codes: Vec<String> =
        Code::ALL.iter().flat_map(|code| [code.word().to_owned(), format!("[{}]", code.word())]).collect();
    for (nth, code) in codes.iter().enumerate() {
        text.push_str(&format!("1,850,{},School {nth},30,{code},{code},,,{code}\n", 100_000 + nth));
    }
    let (_folder, path) = file(text.as_bytes());
    let (_loaded, workspace, report) = loaded(&[path]);
    let cells = by_school(&ask(&desk(&workspace), &Ask { by: "school", ..Ask::default() }));
    assert_eq!(cells.len(), codes.len());
    for (nth, code) in codes.iter().enumerate() {
        let reason = cells[&(100_000 + nth as i32)].unwrap_err().to_string();
        let plain = code.trim_matches(['[', ']']);
        assert!(reason.ends_with(&format!("({plain})")), "{code}: {reason}");
    }
    let counted: u64 = report.files[0].report.as_ref().unwrap().codes.values().sum();
    // Three columns, and the reading score once more as a subject's points.
    assert_eq!(counted, 4 * codes.len() as u64);
}

#[test]
fn whatever_is_wrong_is_told_with_row_and_column_and_nothing_is_loaded() {
    let good = "1,850,115851,Ash,60,63%,-1.9,-3.4,-0.3,104";
    let cases: [(&str, &str, Fault, u64, &str); 8] = [
        ("unknown text", "1,850,115852,Beech,60,lots,-1,,,104", Fault::UnknownText, 3, "PTRWM_EXP"),
        ("above 100 %", "1,850,115852,Beech,60,163%,-1,,,104", Fault::OutOfRange, 3, "PTRWM_EXP"),
        ("half a pupil", "1,850,115852,Beech,60.5,63%,-1,,,104", Fault::OutOfRange, 3, "TELIG"),
        ("infinite", "1,850,115852,Beech,60,63%,1e999,,,104", Fault::UnknownText, 3, "READPROG"),
        ("a wrong URN", "1,850,15852,Beech,60,63%,-1,,,104", Fault::UnknownText, 3, "URN"),
        ("a school twice", good, Fault::Duplicate, 3, ""),
        ("more cells than columns", "1,850,115852,Beech, the school,60,63%,-1,,,104", Fault::UnevenRow, 3, ""),
        (
            "a comma that parts no thousands",
            "1,850,115852,Beech,60,\"6,3\",-1,,,104",
            Fault::UnknownText,
            3,
            "PTRWM_EXP",
        ),
    ];
    for (what, row, fault, line, column) in cases {
        let (_folder, path) = file(format!("{HEAD}\n{good}\n{row}\n").as_bytes());
        let found = refused(&[path]);
        let [finding] = found.listed() else { panic!("{what}: {found}") };
        let told = (finding.fault, finding.place, finding.column.as_deref().unwrap_or_default());
        assert_eq!(told, (fault, Place::Line { row: line }, column), "{what}: {finding}");
        assert!(!finding.message.is_empty(), "{what}");
    }
}

#[test]
fn a_table_without_a_year_says_where_to_write_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("england_ks2final.csv");
    std::fs::write(&path, format!("{HEAD}\n1,850,115851,Ash,60,63%,-1.9,-3.4,-0.3,104\n")).unwrap();
    let found = refused(&[path]);
    assert_eq!(found.listed()[0].fault, Fault::NoYear);
    assert!(found.listed()[0].message.contains("2018-19_ks2final.csv"), "{found}");
}

#[test]
fn the_year_is_found_in_every_way_of_writing_it() {
    let contents = format!("{HEAD}\n1,850,115851,Ash,60,63%,-1.9,-3.4,-0.3,104\n").into_bytes();
    for (name, year) in [
        ("2018-19_850_ks2final.csv", "2018/19"),
        ("ks2_2018_2019.csv", "2018/19"),
        ("england_ks2final_201819.csv", "2018/19"),
        ("1999-00 ks2.csv", "1999/00"),
        ("2018-2019/england_ks2final.csv", "2018/19"),
        ("850_2016-17_ks2final.csv", "2016/17"),
    ] {
        let examined = examine(&PathBuf::from(name), contents.clone(), &Layouts::default());
        assert_eq!(examined.report.years_in_words(), year, "{name}: {}", examined.findings);
    }
    for name in ["ks2final.csv", "850_ks2final_2019-21.csv", "20192020x.csv/ks2.csv", "1850-51.csv"] {
        let examined = examine(&PathBuf::from(name), contents.clone(), &Layouts::default());
        let fine = examined.findings.listed().iter().any(|finding| finding.fault == Fault::NoYear);
        assert!(fine || name.starts_with("2019"), "{name} tells no year: {:?}", examined.report.years);
    }
}

#[test]
fn what_is_no_table_is_said_to_be_none() {
    let folder = TempDir::new().unwrap();
    for (name, contents, fault) in [
        ("empty.csv", b"".as_slice(), Fault::Empty),
        ("binary.csv", b"a,b\0\x01\x02\n".as_slice(), Fault::Unreadable),
        ("cut.xlsx", b"PK\x03\x04 and no more".as_slice(), Fault::Unreadable),
        ("broken.json", b"{\"urn\": ".as_slice(), Fault::Unreadable),
        ("number.json", b"12".as_slice(), Fault::Unreadable),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, contents).unwrap();
        let found = refused(&[path]);
        assert_eq!(found.listed()[0].fault, fault, "{name}: {found}");
    }
}
