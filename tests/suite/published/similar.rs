//! Schools with a similar intake: DfE's own pairs and distances, and distances worked by hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schoolbench::method::similar::{Measure, Preset, Spread, Term};
use schoolbench::model::{Alike, Indicator, KeyStage};

use super::{Naive, loaded, number, slice};
use crate::fixture::binary;

/// What the command writes, or else what it says on the error stream.
fn similar(workspace: &str, stage: &str, more: &[&str]) -> Result<String, String> {
    let arguments = ["similar", "--workspace", workspace, "--stage", stage];
    let output = binary().args(arguments).args(more).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// A register of these schools, and the layout that reads it: DfE's files give no names.
fn named(folder: &Path, schools: &[(&str, &str, &str, &str)]) -> Vec<PathBuf> {
    let layout = "title = \"Names\"\npublisher = \"Us\"\nkind = \"register\"\nrecognise = [\"URN\", \"Called\"]\n[school]\n\
                  urn = \"URN\"\nname = \"Called\"\nphase = \"Phase\"\neasting = \"E\"\nnorthing = \"N\"\n";
    let (toml, csv) = (folder.join("names.toml"), folder.join("names.csv"));
    std::fs::write(&toml, layout).unwrap();
    let lines: String =
        schools.iter().map(|(urn, phase, e, n)| format!("{urn},School {urn},{phase},{e},{n}\n")).collect();
    std::fs::write(&csv, format!("URN,Called,Phase,E,N\n{lines}")).unwrap();
    vec![toml, csv]
}

/// Rows of the command's CSV by URN, in the order in which they came.
fn told(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| head.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn every_pair_of_dfe_comes_out_of_the_command_at_its_distance() {
    let values = Naive::csv(&slice("dfe_primary_values.csv"));
    let urns: Vec<&str> = values.rows.iter().map(|row| values.cell(row, "URN")).collect();
    let beside = tempfile::TempDir::new().unwrap();
    let register = named(beside.path(), &urns.iter().map(|urn| (*urn, "Primary", "", "")).collect::<Vec<_>>());
    let (_folder, workspace, _) = loaded(&[vec![slice("dfe_primary_values.csv")], register].concat());
    let workspace = workspace.to_string_lossy().into_owned();
    let pairs = Naive::csv(&slice("dfe_primary_pairs.csv"));
    let mut checked = 0;
    for urn in &urns {
        let of_school: Vec<_> = pairs.rows.iter().filter(|row| pairs.cell(row, "URN") == *urn).collect();
        if of_school.is_empty() {
            continue;
        }
        let rows = told(&similar(&workspace, "ks2", &["--school", urn, "--most", "100"]).unwrap());
        assert_eq!(rows.len(), urns.len(), "the school itself and every other");
        let distance =
            |of: &str| -> f64 { rows.iter().find(|row| row["urn"] == of).unwrap()["distance"].parse().unwrap() };
        for row in of_school {
            let (neighbour, right) = (pairs.cell(row, "NeighbourURN"), number(pairs.cell(row, "Dist")).unwrap());
            assert!(
                (distance(neighbour) - right).abs() < 1e-9,
                "{urn} {neighbour}: {}, not {right}",
                distance(neighbour)
            );
            checked += 1;
        }
        let distances: Vec<f64> = rows.iter().map(|row| row["distance"].parse().unwrap()).collect();
        assert!(distances.is_sorted(), "{urn}: {distances:?}");
        for row in &rows[1..] {
            let shares = row.iter().filter(|(column, _)| column.ends_with("_share"));
            let whole: f64 = shares.map(|(_, share)| share.parse::<f64>().unwrap()).sum();
            assert!((whole - 1.0).abs() < 1e-9, "{row:?}");
        }
    }
    assert_eq!(checked, 733);
}

const SECONDARY: &str = "\
URN,KS2MRP,PPPerc,PercentEAL,Polar4QuintilePupils,PStability,IdaciPupils,PercentSchSupport,NumberOfPupils,PercentageStatementOrEHP,Att8Scr
900001,104,30,20,3,90,0.2,12,1000,3,50
900002,106.54724,30,20,3,90,0.2,12,1000,3,40
900003,104,44.20985,20,3,90,0.2,12,1000,3,50
900004,104,NA,38.06654,3,90,0.2,12,1000,3,50
";

/// One standard deviation apart in one input is the root of its weight; without the pupil premium the others count more.
#[test]
fn distances_of_secondary_schools_are_those_worked_by_hand() {
    let beside = tempfile::TempDir::new().unwrap();
    let table = beside.path().join("values.csv");
    std::fs::write(&table, SECONDARY).unwrap();
    let register = named(
        beside.path(),
        &[
            ("900001", "Secondary", "500000", "200000"),
            ("900002", "Secondary", "503000", "204000"),
            ("900003", "All-through", "500000", "200500"),
            ("900004", "Secondary", "", ""),
        ],
    );
    let (_folder, workspace, _) = loaded(&[vec![table], register].concat());
    let workspace = workspace.to_string_lossy().into_owned();
    let ask = |more: &[&str]| told(&similar(&workspace, "ks4", &[&["--school", "900001"], more].concat()).unwrap());
    let found = |rows: &[BTreeMap<String, String>]| -> Vec<(String, f64)> {
        rows[1..].iter().map(|row| (row["urn"].clone(), row["distance"].parse().unwrap())).collect()
    };
    let near = |found: &[(String, f64)], right: &[(&str, f64)]| {
        assert_eq!(found.len(), right.len(), "{found:?}");
        for ((urn, distance), (right_urn, right)) in found.iter().zip(right) {
            assert!(urn == right_urn && (distance - right).abs() < 1e-9, "{found:?}, not {right_urn} at {right}");
        }
    };
    let whole = 0.4585 + 0.1285 + 0.1061 + 0.0863 + 0.0654 + 0.0589 + 0.0410 + 0.0269 + 0.0221;
    let (eal, premium, prior) = ((0.0269_f64 * whole / (whole - 0.1285)).sqrt(), 0.1285_f64.sqrt(), 0.4585_f64.sqrt());
    let rows = ask(&[]);
    near(&found(&rows), &[("900004", eal), ("900003", premium), ("900002", prior)]);
    assert_eq!(rows[1]["left_out"], "secondary_pupil_premium");
    assert!(rows[1]["secondary_pupil_premium_share"].is_empty() && rows[2]["left_out"].is_empty(), "{rows:?}");
    // Filters: phase, and 5 km exactly as the crow flies; a school of unknown place is not near.
    near(&found(&ask(&["--phase", "secondary"])), &[("900004", eal), ("900002", prior)]);
    near(&found(&ask(&["--within", "5"])), &[("900003", premium), ("900002", prior)]);
    near(&found(&ask(&["--within", "4.9"])), &[("900003", premium)]);
    near(&found(&ask(&["--most", "1"])), &[("900004", eal)]);
    // Own weights: without the pupil premium nothing is left out, and the third school is alike.
    let without = ask(&["--weight", "secondary_pupil_premium=0"]);
    near(&found(&without), &[("900003", 0.0), ("900004", 0.0269_f64.sqrt()), ("900002", prior)]);
    near(
        &found(&ask(&["--weight", "secondary_ks2=4"])),
        &[("900004", eal_with(4.0)), ("900003", premium), ("900002", 2.0)],
    );

    let refused = |more: &[&str]| similar(&workspace, "ks4", more).unwrap_err();
    assert!(refused(&["--school", "900009"]).contains("900009"));
    assert!(refused(&["--school", "900001", "--weight", "secondary_idaci=much"]).contains("secondary_eal=0.1"));
    assert!(refused(&["--school", "900001", "--preset", "mine"]).contains("schools-like-yours"));
    assert!(
        refused(&["--school", "900001", "--preset", "schools-like-yours", "--weight", "school_eal=0"]).contains("year")
    );
}

fn eal_with(prior: f64) -> f64 {
    let others = 0.1061 + 0.0863 + 0.0654 + 0.0589 + 0.0410 + 0.0269 + 0.0221 + prior;
    (0.0269_f64 * (others + 0.1285) / others).sqrt()
}

#[test]
fn the_weights_of_dfe_are_those_that_it_states() {
    let stated = [
        (Indicator::Primary(Alike::Prior), 7.6486),
        (Indicator::Primary(Alike::Idaci), 7.8675),
        (Indicator::Primary(Alike::Polar4), 0.129763),
        (Indicator::Primary(Alike::Ehcp), 0.00463727),
        (Indicator::Primary(Alike::SenSupport), 0.00218608),
        (Indicator::Primary(Alike::Stability), 0.000839102),
        (Indicator::Primary(Alike::PupilPremium), 0.00052676),
        (Indicator::Primary(Alike::Eal), 9.9477e-5),
        (Indicator::Primary(Alike::Pupils), 6.03099e-7),
    ];
    for (term, (input, weight)) in Preset::Dfe.terms(KeyStage::Ks2).iter().zip(stated) {
        assert_eq!(term.input, input);
        assert!((term.weight / weight - 1.0).abs() < 5e-6, "{term:?}, not {weight}");
    }
}

/// Without a standard deviation of its own, an input is divided by that of the schools: of 1, 2, 3 it is 1.
#[test]
fn an_input_without_a_standard_deviation_takes_that_of_the_schools() {
    let terms = [
        Term { input: Indicator::SchoolEal, weight: 1.0, spread: Spread::OfSchools },
        Term { input: Indicator::Roll, weight: 3.0, spread: Spread::OfSchools },
    ];
    let schools = [vec![Some(10.0), Some(500.0)], vec![Some(20.0), Some(500.0)], vec![Some(30.0), None]];
    let measure = Measure::of(&terms, &schools.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let apart = |a: usize, b: usize| measure.between(&schools[a], &schools[b]).unwrap().distance;
    assert!((apart(0, 1) - 1.0).abs() < 1e-12, "the same roll adds nothing");
    assert!((apart(0, 2) - 4.0).abs() < 1e-12, "2 standard deviations, weighted as 4 of 1");
    let none = [None, None];
    assert!(measure.between(&schools[0], &none).is_none());
    assert!((apart(2, 0) - apart(0, 2)).abs() < 1e-12);
}
