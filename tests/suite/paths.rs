//! All ways to a slice give the same tallies, and tallies add up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use duckdb::Connection;
use schoolbench::engine::{Cells, CellsOf, Keys, Path, Plan, Slice, Tallies, TallyRow, run};
use schoolbench::method::Tally;
use schoolbench::model::{
    Breakdown, Characteristic, Compare, Draft, Filter, Indicator, Judged, KeyStage, PupilGroup, Question, Scope,
    Source, Subject, Urn, Year,
};
use schoolbench::workspace::layout::outcome_indicators;
use schoolbench::workspace::{Access, Workspace};

use crate::demo;
use crate::oracle::Asked;
use crate::oracle::dice::Dice;

const SLICES: usize = 300;

fn workspace() -> Workspace {
    Workspace::open(demo::workspace(), Access::Read).unwrap()
}

fn tallies(connection: &Connection, slice: &Slice, path: Path) -> Tallies {
    run(connection, &Plan::on(slice, path)).unwrap()
}

/// Tallies by keys, added up.
fn sum(parts: &[Tallies]) -> Tallies {
    let mut whole: BTreeMap<Keys, Vec<Tally>> = BTreeMap::new();
    for row in parts.iter().flat_map(|part| &part.rows) {
        let into = whole.entry(row.keys.clone()).or_insert_with(|| vec![Tally::default(); row.tallies.len()]);
        for (into, tally) in into.iter_mut().zip(&row.tallies) {
            *into += *tally;
        }
    }
    Tallies { rows: whole.into_iter().map(|(keys, tallies)| TallyRow { keys, tallies: tallies.into() }).collect() }
}

/// Slices of questions by chance; about half of them over all schools, where the cube can answer too.
fn slices(seed: u64) -> Vec<Slice> {
    let mut dice = Dice(seed);
    let mut slices = Vec::new();
    while slices.len() < SLICES {
        for slice in Slice::of(&Asked::by_chance(&mut dice).question()) {
            let made = match dice.below(4) {
                0 => slice.in_scope(Scope::All),
                1 => slice.everyone(),
                _ => slice,
            };
            slices.push(made);
        }
    }
    slices
}

#[test]
fn every_path_gives_the_same_tallies() {
    let workspace = workspace();
    let mut compared = BTreeMap::new();
    for slice in slices(1) {
        let able: Vec<Path> = Path::ALL.into_iter().filter(|path| path.can_answer(&slice)).collect();
        assert!(able.contains(&Path::best(&slice)), "the best path cannot answer {slice:?}");
        let first = tallies(workspace.connection(), &slice, able[0]);
        for path in &able[1..] {
            let other = tallies(workspace.connection(), &slice, *path);
            assert_eq!(first, other, "{:?} and {path:?} differ on {slice:?}", able[0]);
        }
        *compared.entry((able.len(), slice.source)).or_insert(0) += usize::from(!first.rows.is_empty());
        assert_eq!(Plan::new(&slice), Plan::on(&slice, Path::best(&slice)));
    }
    for source in [Source::Outcomes, Source::Results] {
        for many in [2, 3] {
            let count = compared.get(&(many, source)).copied().unwrap_or(0);
            assert!(count >= 20, "only {count} slices of {source:?} were answered by {many} paths");
        }
    }
}

/// A slice of results in one of its subjects and years, school by school of all schools.
fn of_one_subject(slice: &Slice) -> Option<Slice> {
    let (subject, year) = (*slice.subjects.first()?, *slice.years.first()?);
    let others = slice.by.iter().copied().filter(|by| *by != Breakdown::School);
    let by = std::iter::once(Breakdown::School).chain(others).collect();
    Some(Slice { scope: Scope::All, years: vec![year], subjects: vec![subject], by, ..slice.clone() })
}

/// Cells that were read in one go, or indicator by indicator, tell the same as a statement for each slice.
#[test]
fn cells_add_up_to_what_a_statement_gives() {
    let workspace = workspace();
    let connection = workspace.connection();
    let mut read: HashMap<CellsOf, Cells> = HashMap::new();
    let mut told: BTreeMap<(Source, bool, bool), (usize, usize)> = BTreeMap::new();
    let by_chance = [7, 8, 9, 10].into_iter().flat_map(slices);
    for slice in by_chance.flat_map(|slice| [of_one_subject(&slice), Some(slice)]).flatten() {
        let common = slice.filter.constraints().all(|(of, _)| of.is_common())
            && slice.by.iter().all(|by| !matches!(by, Breakdown::Pupils(of) if !of.is_common()));
        let by_school = slice.by.contains(&Breakdown::School);
        let Some(of) = CellsOf::telling(&slice) else {
            let of_all = slice.scope == Scope::All;
            let subjects = slice.source == Source::Results && slice.subjects.len() != 1;
            let many = slice.years.len() > 1 || (of_all && subjects);
            assert!(!common || (by_school && many), "{slice:?}");
            continue;
        };
        let facts = of.facts(connection, &slice.scope).unwrap();
        let before = read.remove(&of);
        let asked: BTreeSet<Indicator> = slice.held_indicators().collect();
        let cells = Cells::read(connection, &of, &slice.scope, facts, &asked, before.as_ref()).unwrap().unwrap();
        assert!(cells.hold(&slice));
        let path = Path::best(&slice);
        let stated = Some(tallies(connection, &slice, path));
        assert_eq!(cells.tallies(&slice), stated, "{path:?} differs on {slice:?}");
        let finest = cells.bytes();
        assert!(!cells.coarsen(usize::MAX, &|| false), "given up");
        assert_eq!(cells.bytes(), finest, "nothing is half made");
        assert!(cells.coarsen(usize::MAX, &|| true));
        assert_eq!(cells.tallies(&slice), stated, "coarser cells differ from {path:?} on {slice:?}");
        let told = told.entry((slice.source, slice.scope == Scope::All, by_school)).or_default();
        *told = (told.0 + 1, told.1 + usize::from(cells.bytes() > finest));
        read.insert(of, cells);
    }
    for of in [
        (Source::Outcomes, true, false),
        (Source::Outcomes, false, false),
        (Source::Outcomes, false, true),
        (Source::Outcomes, true, true),
        (Source::Results, true, false),
        (Source::Results, false, false),
        (Source::Results, false, true),
        (Source::Results, true, true),
    ] {
        let enough = |(all, coarsened): &(usize, usize)| *all >= 5 && *coarsened >= 5;
        assert!(told.get(&of).is_some_and(enough), "{of:?}: {told:?}");
    }
}

/// Intake against filters: its hits are the pupils of its groups, its n those whose code is not 0.
#[test]
fn intake_is_the_share_of_the_pupils_whom_a_filter_lets_in() {
    let workspace = workspace();
    for (stage, indicator) in [KeyStage::Ks2, KeyStage::Ks4]
        .into_iter()
        .flat_map(|stage| Indicator::ALL.into_iter().map(move |indicator| (stage, indicator)))
    {
        let Some((characteristic, groups)) = indicator.intake() else { continue };
        let by_year = |filter, indicator| Slice {
            stage,
            years: [2022, 2023, 2024].into_iter().filter_map(Year::new).collect(),
            scope: Scope::All,
            subjects: Vec::new(),
            filter,
            by: vec![Breakdown::Year],
            source: Source::Outcomes,
            indicators: vec![indicator],
        };
        let known: Vec<PupilGroup> = characteristic.groups().filter(|group| group.code != 0).collect();
        for path in Path::ALL {
            let pupils = |of: &[PupilGroup]| {
                let filter = of.iter().copied().fold(Filter::everyone(), Filter::or);
                let rows = tallies(workspace.connection(), &by_year(filter, Indicator::Pupils), path).rows;
                rows.into_iter().map(|row| row.tallies[0].n).collect::<Vec<_>>()
            };
            let shares = tallies(workspace.connection(), &by_year(Filter::everyone(), indicator), path).rows;
            let expected = pupils(&known).into_iter().zip(pupils(&groups));
            let expected: Vec<Tally> = expected.map(|(n, hits)| Tally { n, sum: hits, sum_of_squares: hits }).collect();
            let made: Vec<Tally> = shares.into_iter().map(|row| row.tallies[0]).collect();
            assert_eq!(made, expected, "{indicator:?} of {stage} by {path:?}");
            assert!(made.len() == 3 && made.iter().all(|tally| 0 < tally.sum && tally.sum < tally.n), "{made:?}");
        }
    }
}

/// The file layout has no place for intake: it is in the profile.
#[test]
fn intake_has_no_column() {
    let workspace = workspace();
    let sql = "SELECT column_name FROM information_schema.columns WHERE table_name LIKE 'outcomes_%'";
    let mut statement = workspace.connection().prepare(sql).unwrap();
    let columns: BTreeSet<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(columns.contains("att8") && columns.contains("att8_sum"), "{columns:?}");
    for intake in Indicator::ALL.into_iter().filter(|indicator| indicator.is_intake()) {
        assert!(!columns.iter().any(|column| column.starts_with(intake.word())), "{intake:?} in {columns:?}");
        assert!(outcome_indicators().all(|indicator| indicator != intake), "{intake:?}");
    }
}

#[test]
fn a_filter_and_its_complement_add_up_to_the_whole() {
    let workspace = workspace();
    let mut dice = Dice(2);
    for mut slice in slices(3) {
        let characteristic = dice.one(&Characteristic::ALL);
        let groups: Vec<PupilGroup> = characteristic.groups().collect();
        let chosen = dice.some(&groups, 1, groups.len() - 1);
        let others: Vec<PupilGroup> = groups.into_iter().filter(|group| !chosen.contains(group)).collect();
        let rest: Vec<PupilGroup> =
            slice.filter.constraints().filter(|(c, _)| *c != characteristic).flat_map(|(_, groups)| groups).collect();
        let mut with = |more: &[PupilGroup]| {
            slice.filter = rest.iter().chain(more).copied().fold(Filter::everyone(), Filter::or);
            run(workspace.connection(), &Plan::new(&slice)).unwrap()
        };
        let (part, complement, whole) = (with(&chosen), with(&others), with(&[]));
        assert_eq!(sum(&[part, complement]), whole, "{chosen:?} and {others:?} in {slice:?}");
    }
}

#[test]
fn schools_add_up_to_their_group() {
    let workspace = workspace();
    let register = workspace.register().unwrap();
    let mut dice = Dice(4);
    let all: Vec<Urn> = register.schools().map(|school| school.urn).collect();
    for slice in slices(5).into_iter().filter(|slice| !slice.by.contains(&Breakdown::School)).step_by(5) {
        let scope = match slice.scope {
            Scope::All | Scope::La(_) => Scope::Schools(dice.some(&all, 2, 12).into_iter().collect()),
            other => other,
        };
        let group = Slice { scope, ..slice };
        let singly = register.schools_of(&group.scope).map(|school| {
            let scope = Scope::Schools(BTreeSet::from([school.urn]));
            run(workspace.connection(), &Plan::new(&Slice { scope, ..group.clone() })).unwrap()
        });
        let singly: Vec<Tallies> = singly.collect();
        let together = run(workspace.connection(), &Plan::new(&group)).unwrap();
        assert_eq!(sum(&singly), together, "{} schools of {group:?}", singly.len());

        let by = [group.by.clone(), vec![Breakdown::School]].concat();
        let mut told_apart = run(workspace.connection(), &Plan::new(&Slice { by, ..group.clone() })).unwrap();
        for row in &mut told_apart.rows {
            row.keys.pop();
        }
        // Without keys there is one row, of zeros, where nobody is.
        if !(group.by.is_empty() && told_apart.rows.is_empty()) {
            assert_eq!(sum(&[told_apart]), together, "by school, {group:?}");
        }
    }
}

#[test]
fn pooled_years_are_the_sum_of_the_years() {
    let workspace = workspace();
    for mut slice in slices(6) {
        slice.by.retain(|by| *by != Breakdown::Year);
        slice.years = [2018, 2019, 2022, 2023, 2024].into_iter().filter_map(Year::new).collect();
        let pooled = run(workspace.connection(), &Plan::new(&slice)).unwrap();
        let singly = slice.years.clone().into_iter().map(|year| {
            run(workspace.connection(), &Plan::new(&Slice { years: vec![year], ..slice.clone() })).unwrap()
        });
        assert_eq!(sum(&singly.collect::<Vec<_>>()), pooled, "{slice:?}");
    }
}

/// Words that the statements may use, of the kind that other engines know too.
const KEYWORDS: [&str; 23] = [
    "SELECT", "FROM", "WHERE", "AND", "IN", "BETWEEN", "GROUP", "ORDER", "BY", "AS", "CAST", "BIGINT", "INTEGER",
    "SUM", "COUNT", "CASE", "WHEN", "THEN", "ELSE", "END", "VALUES", "NULLS", "LAST",
];

#[test]
fn the_sql_is_plain_and_its_values_are_bound() {
    for slice in slices(7) {
        for path in Path::ALL.into_iter().filter(|path| path.can_answer(&slice)) {
            let Plan { sql, values, .. } = Plan::on(&slice, path);
            assert_eq!(sql.matches('?').count(), values.len(), "one value for each place in {sql}");
            for unwanted in ["'", "\"", "\\", "/", "[", "{", ";", "--", "::"] {
                assert!(!sql.contains(unwanted), "{unwanted} in {sql}");
            }
            for word in sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
                let number = word.parse::<u32>().ok();
                // Shifts and masks of the profile, grades of bands, ones and zeros: nothing that a user wrote.
                let small = number.is_some_and(|number| number <= 23);
                let plain = word == word.to_lowercase() && number.is_none();
                assert!(small || plain || KEYWORDS.contains(&word), "{word} in {sql}");
            }
            for summed in sql.split("SUM(").skip(1) {
                assert!(summed.starts_with("CAST(") || summed.starts_with("CASE "), "a bare sum in {sql}");
            }
        }
    }
}

#[test]
fn the_sql_is_the_same_whatever_numbers_are_asked_for() {
    let slice = |year, schools: [i32; 2], subject, sen| Slice {
        stage: KeyStage::Ks4,
        years: vec![Year::new(year).unwrap()],
        scope: Scope::Schools(schools.into_iter().filter_map(Urn::new).collect()),
        subjects: vec![Subject::from_word(KeyStage::Ks4, subject).unwrap()],
        filter: Filter::everyone().or(PupilGroup::from_word(Characteristic::Sen, sen).unwrap()),
        by: vec![Breakdown::School, Breakdown::Pupils(Characteristic::Sex)],
        source: Source::Results,
        indicators: vec![Indicator::Grade4Plus, Indicator::AvgPoints],
    };
    let (one, other) = (slice(2018, [900_001, 900_002], "maths", "K"), slice(2024, [123_456, 654_321], "latin", "E"));
    let (one, other) = (Plan::new(&one), Plan::new(&other));
    assert_eq!(one.sql, other.sql, "what was asked for stands in the values");
    assert_ne!(one.values, other.values);
    assert_eq!(other.values, [4, 2024, 25, 123_456, 654_321, 3]);
    for scopes in [[Scope::La(991), Scope::La(202)], [Scope::Trust(90_001), Scope::Trust(5143)]] {
        let plans = scopes.map(|scope| Plan::new(&Slice { scope, ..slice(2024, [900_001, 900_002], "latin", "E") }));
        assert_eq!(plans[0].sql, plans[1].sql, "what was asked for stands in the values");
    }
}

#[test]
fn the_readable_statement_has_the_values_in_place() {
    let question = Question::new(Draft {
        stage: KeyStage::Ks2,
        years: [2023, 2024].into_iter().filter_map(Year::new).collect(),
        pool: true,
        scope: Scope::La(991),
        indicators: vec![Indicator::ReadingScore],
        subjects: Vec::new(),
        filter: "sen=K,E".parse().unwrap(),
        by: vec![Breakdown::School],
        compare: Compare::None,
        judged: Judged::default(),
    });
    let plan = Plan::new(&Slice::of(&question.unwrap())[0]);
    let readable = plan.readable();
    assert!(!readable.contains('?'), "{readable}");
    for part in ["stage = 2", "year BETWEEN 2023 AND 2024", "la_code = 991", "IN (2, 3)"] {
        assert!(readable.contains(part), "{part} is not in {readable}");
    }
}

#[test]
fn the_year_before_the_first_one_has_no_rows() {
    let slice = Slice {
        stage: KeyStage::Ks4,
        years: Vec::new(),
        scope: Scope::All,
        subjects: Vec::new(),
        filter: Filter::everyone(),
        by: vec![Breakdown::Year],
        source: Source::Outcomes,
        indicators: vec![Indicator::Att8],
    };
    for path in Path::ALL {
        let answered = run(workspace().connection(), &Plan::on(&slice, path));
        assert_eq!(answered, Ok(Tallies::default()), "no years by {path:?}");
    }
}
