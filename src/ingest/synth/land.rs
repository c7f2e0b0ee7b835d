//! Authorities and trusts: where schools stand and what their neighbourhoods are like.

use super::dice::{Dice, Stream};
use super::{Plan, place};

/// Regions with the easting and northing of their middle, in metres of the national grid.
const REGIONS: [(&str, i32, i32); 9] = [
    ("South West", 320_000, 120_000),
    ("North East", 425_000, 560_000),
    ("North West", 365_000, 420_000),
    ("Yorkshire and the Humber", 440_000, 430_000),
    ("East Midlands", 470_000, 330_000),
    ("West Midlands", 395_000, 290_000),
    ("East of England", 570_000, 250_000),
    ("London", 530_000, 180_000),
    ("South East", 490_000, 150_000),
];

/// The code of the one authority of a plan that has one.
const ONLY_CODE: i32 = 991;
const FIRST_CODE: i32 = 701;
const FIRST_TRUST_UID: i32 = 90_001;

/// A local authority.
pub struct Authority {
    pub code: i32,
    pub name: String,
    pub region: &'static str,
    pub easting: i32,
    pub northing: i32,
    /// Deprivation, in standard deviations of schools.
    pub need: f64,
    /// Share of other first languages, likewise.
    pub languages: f64,
}

impl Authority {
    /// The authority with this number, from 0.
    pub fn draw(plan: &Plan, number: u32) -> Self {
        let mut dice = Dice::new(plan.seed, Stream::Authority, (u64::from(number), 0));
        let region = (u64::from(number) * REGIONS.len() as u64 / u64::from(plan.authorities.max(1))) as usize;
        let (region, easting, northing) = REGIONS[region.min(REGIONS.len() - 1)];
        let only = plan.authorities <= 1;
        let (need, languages) = (dice.normal(), dice.normal());
        let in_london = if region == "London" { 1.2 } else { -0.1 };
        let near = |dice: &mut Dice| dice.below(70_000) as i32 - 35_000;
        Self {
            code: if only { ONLY_CODE } else { FIRST_CODE + number as i32 },
            name: place::authority(number),
            region,
            easting: easting + near(&mut dice),
            northing: northing + near(&mut dice),
            // One authority alone is made like the nation, so that its figures look familiar.
            need: if only { 0.1 } else { 0.45 * need },
            languages: if only { 0.0 } else { 0.55 * languages + in_london },
        }
    }
}

/// An academy trust.
#[derive(Debug, Clone)]
pub struct Trust {
    pub uid: i32,
    pub name: String,
    /// What its schools add, in standard deviations of a pupil's grade.
    pub effect: f64,
}

impl Trust {
    /// One of the trusts that work in an authority; `None` if the plan has no trusts.
    pub fn pick(plan: &Plan, authority: u32, dice: &mut Dice) -> Option<Self> {
        if plan.trusts == 0 {
            return None;
        }
        let upto = |authority: u32| {
            (u64::from(authority) * u64::from(plan.trusts) / u64::from(plan.authorities.max(1))) as u32
        };
        let (first, end) = (upto(authority), upto(authority + 1));
        let far = dice.chance(0.1);
        let number = if far { dice.below(plan.trusts) } else { first + dice.below((end - first).max(1)) };
        let number = number.min(plan.trusts - 1);
        let effect = 0.08 * Dice::new(plan.seed, Stream::Trust, (u64::from(number), 0)).normal();
        Some(Self { uid: FIRST_TRUST_UID + number as i32, name: place::trust(number), effect })
    }
}
