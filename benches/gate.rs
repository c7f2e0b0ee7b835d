//! What the gate costs: judging a table of 150 schools by 12 pupil groups, and raising the shield that judges it.
//!
//! `cargo bench --bench gate`. The table has five years; a tenth of its cells hold fewer than 6 pupils.

use divan::Bencher;
use schoolbench::method::disclosure::Policy;
use schoolbench::method::shield::{CrossTable, Dimension, Part, Schools, Shield};

const SIZES: [usize; 3] = [150, 5, 12];
const DIMENSIONS: [Dimension; 3] = [Dimension::School, Dimension::Year, Dimension::Value { not_known: None }];

fn main() {
    divan::main();
}

/// Numbers of pupils that are the same in every run.
fn table() -> CrossTable {
    let places = (0..SIZES[0] as u16).flat_map(|school| (0..SIZES[1] as u16).map(move |year| (school, year)));
    let cells = places.flat_map(|(school, year)| {
        (0..SIZES[2] as u16).map(move |value| {
            let mixed = (u64::from(school) * 60 + u64::from(year) * 12 + u64::from(value)).wrapping_mul(0x9E37_79B9);
            (vec![school, year, value], (mixed >> 7) as i64 % 60)
        })
    });
    CrossTable::new(SIZES.to_vec(), cells)
}

fn shield() -> Shield {
    let alike = |a: u16, b: u16| u32::from(a / 50 == b / 50) + u32::from(a % 7 == b % 7);
    let authorities: Vec<i32> = (0..SIZES[0] as i32).map(|school| school / 50).collect();
    let schools = Schools { authorities: &authorities, alike: &alike };
    let smallest = Policy::Standard.smallest_shown();
    Shield::raise(&table(), &DIMENSIONS, smallest, &schools, Vec::new(), &|| true).unwrap_or_default()
}

#[divan::bench]
fn judge_150_schools_by_12_groups(bencher: Bencher<'_, '_>) {
    let shield = shield();
    bencher.bench(|| {
        let cells = (0..SIZES[0] as u16).flat_map(|school| (0..SIZES[2] as u16).map(move |group| (school, group)));
        cells.filter(|(school, group)| shield.hides(&[Part::One(*school), Part::One(2), Part::One(*group)])).count()
    });
}

#[divan::bench(sample_count = 20)]
fn raise_the_shield(bencher: Bencher<'_, '_>) {
    bencher.bench(shield);
}
