//! Pupil characteristics, packed into one number, and filters over them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::UnknownWord;

/// A characteristic by which pupils can be filtered and figures broken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Characteristic {
    Sex,
    /// Free school meals at any census in the last six years.
    Fsm6,
    /// FSM6, or looked after, or adopted from care; not service children.
    Disadvantaged,
    /// English as an additional language: first language other than English.
    Eal,
    /// Special educational needs: none, SEN support (K), education, health and care plan (E).
    Sen,
    /// Major ethnic group.
    Ethnicity,
    /// Prior attainment band: for KS4 the mean of KS2 reading and maths, below 100, 100 to below 110, 110 and above.
    Prior,
    /// Joined after the start of year 10 (KS4) or year 5 (KS2).
    Mobile,
    /// Term of birth.
    Term,
    /// Attendance band in the last year.
    Attendance,
    LookedAfter,
}

/// One value of a characteristic: its word in files and on the command line, and its label on screen.
type Value = (&'static str, &'static str);

const UNKNOWN: Value = ("unknown", "not known");

/// Where a characteristic stands in the packed profile, and its values by code. Code 0 is "not known" but for prior
/// attainment, where it is "none".
struct Field {
    word: &'static str,
    label: &'static str,
    shift: u32,
    bits: u32,
    values: &'static [Value],
}

impl Characteristic {
    /// Every characteristic, in the order of the filter bar.
    pub const ALL: [Self; 11] = [
        Self::Sex,
        Self::Fsm6,
        Self::Disadvantaged,
        Self::Eal,
        Self::Sen,
        Self::Ethnicity,
        Self::Prior,
        Self::Mobile,
        Self::Term,
        Self::Attendance,
        Self::LookedAfter,
    ];

    const fn field(self) -> Field {
        const fn yes_no(word: &'static str, label: &'static str, shift: u32, values: &'static [Value]) -> Field {
            Field { word, label, shift, bits: 2, values }
        }
        match self {
            Self::Sex => Field {
                word: "sex",
                label: "Sex",
                shift: 0,
                bits: 2,
                values: &[UNKNOWN, ("F", "girls"), ("M", "boys")],
            },
            Self::Fsm6 => yes_no("fsm6", "FSM6", 2, &[UNKNOWN, ("yes", "FSM6"), ("no", "not FSM6")]),
            Self::Disadvantaged => yes_no(
                "disadvantaged",
                "Disadvantage",
                4,
                &[UNKNOWN, ("yes", "disadvantaged"), ("no", "not disadvantaged")],
            ),
            Self::Eal => yes_no("eal", "EAL", 6, &[UNKNOWN, ("yes", "EAL"), ("no", "not EAL")]),
            Self::Sen => Field {
                word: "sen",
                label: "SEN",
                shift: 8,
                bits: 2,
                values: &[UNKNOWN, ("N", "no SEN"), ("K", "SEN support"), ("E", "EHC plan")],
            },
            Self::Ethnicity => Field {
                word: "ethnicity",
                label: "Ethnicity",
                shift: 10,
                bits: 3,
                values: &[
                    UNKNOWN,
                    ("WHIT", "White"),
                    ("MIXD", "Mixed"),
                    ("ASIA", "Asian"),
                    ("BLAC", "Black"),
                    ("CHIN", "Chinese"),
                    ("AOEG", "any other ethnic group"),
                    ("UNCL", "unclassified"),
                ],
            },
            Self::Prior => Field {
                word: "prior",
                label: "Prior attainment",
                shift: 15,
                bits: 2,
                values: &[
                    ("none", "no prior attainment"),
                    ("low", "low prior attainment"),
                    ("middle", "middle prior attainment"),
                    ("high", "high prior attainment"),
                ],
            },
            Self::Mobile => {
                yes_no("mobile", "Mobility", 17, &[UNKNOWN, ("yes", "joined late"), ("no", "joined in time")])
            }
            Self::LookedAfter => yes_no(
                "looked_after",
                "Looked after",
                19,
                &[UNKNOWN, ("yes", "looked after"), ("no", "not looked after")],
            ),
            Self::Term => Field {
                word: "term",
                label: "Term of birth",
                shift: 21,
                bits: 2,
                values: &[
                    UNKNOWN,
                    ("autumn", "born September to December"),
                    ("spring", "born January to April"),
                    ("summer", "born May to August"),
                ],
            },
            Self::Attendance => Field {
                word: "attendance",
                label: "Attendance",
                shift: 23,
                bits: 3,
                values: &[
                    UNKNOWN,
                    ("97", "attendance 97 % and above"),
                    ("95", "attendance 95 to below 97 %"),
                    ("90", "attendance 90 to below 95 %"),
                    ("pa", "persistently absent (50 to below 90 %)"),
                    ("severe", "severely absent (below 50 %)"),
                ],
            },
        }
    }

    /// The word in files and on the command line.
    pub fn word(self) -> &'static str {
        self.field().word
    }

    /// The name on screen.
    pub fn label(self) -> &'static str {
        self.field().label
    }

    /// Number of bits to shift a profile right for this characteristic's code.
    pub fn shift(self) -> u32 {
        self.field().shift
    }

    /// Mask of this characteristic's code after the shift.
    pub fn mask(self) -> i32 {
        (1 << self.field().bits) - 1
    }

    /// The bits of a profile that tell this characteristic.
    pub fn bits(self) -> i32 {
        self.mask() << self.shift()
    }

    /// Every group of this characteristic, "not known" first.
    pub fn groups(self) -> impl Iterator<Item = PupilGroup> {
        (0..self.field().values.len() as u8).map(move |code| PupilGroup { characteristic: self, code })
    }

    /// Whether the national cube holds this characteristic; the rarer ones need a scan of the pupils' rows.
    pub fn is_common(self) -> bool {
        !matches!(self, Self::Mobile | Self::Term | Self::Attendance | Self::LookedAfter)
    }
}

impl FromStr for Characteristic {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|characteristic| characteristic.word() == word)
            .ok_or_else(|| UnknownWord::expected("pupil characteristic", word, Self::ALL.map(Self::word)))
    }
}

/// A value of a pupil characteristic: FSM6 yes, SEN support, girls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PupilGroup {
    pub characteristic: Characteristic,
    /// The code in the packed profile.
    pub code: u8,
}

impl PupilGroup {
    /// The group with this word: `("sen", "K")`.
    pub fn from_word(characteristic: Characteristic, word: &str) -> Result<Self, UnknownWord> {
        characteristic
            .groups()
            .find(|group| group.word() == word)
            .ok_or_else(|| UnknownWord::expected(characteristic.word(), word, characteristic.groups().map(Self::word)))
    }

    /// The word in files and on the command line.
    pub fn word(self) -> &'static str {
        self.characteristic.field().values.get(usize::from(self.code)).map_or(UNKNOWN.0, |value| value.0)
    }

    /// Whether it is of the pupils of whom the characteristic is not known.
    pub fn is_not_known(self) -> bool {
        self.word() == UNKNOWN.0
    }

    /// The group as a person would say it: "girls", "SEN support".
    pub fn label(self) -> String {
        match self.word() {
            "unknown" => format!("{} not known", self.characteristic.label()),
            _ => self.characteristic.field().values[usize::from(self.code)].1.to_owned(),
        }
    }
}

/// A pupil's characteristics in one number, so that a pupil filter is bit tests without a join.
///
/// Each characteristic has a few bits (see [`Characteristic::shift`]). Prior attainment has four: the band in the upper
/// two, and in the lower two the KS2 scaled score group of the DfE transition matrices within the band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Profile(i32);

impl Profile {
    /// The bits of the characteristics that the national cube holds.
    pub const COMMON: i32 = 0b1_1000_0000_0000_0000 | 0b1_1111_1111_1111;

    const PRIOR_SHIFT: u32 = 13;

    /// Upper bounds (exclusive) of the score groups within each band, in hundredths of a scaled score.
    const PRIOR_GROUPS: [(i32, [i32; 3]); 3] =
        [(10_000, [8_000, 9_000, 9_600]), (11_000, [10_250, 10_500, 10_750]), (i32::MAX, [11_350, 11_700, i32::MAX])];

    /// The profile that a workspace stores as this number.
    pub fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// The number in which a workspace stores it.
    pub fn number(self) -> i32 {
        self.0
    }

    /// This profile with a group set, in place of what stood there for the same characteristic.
    #[must_use]
    pub fn with(self, group: PupilGroup) -> Self {
        let of = group.characteristic;
        Self((self.0 & !of.bits()) | (i32::from(group.code) << of.shift()))
    }

    /// This profile with prior attainment from a mean scaled score in hundredths; `None` is "no prior attainment".
    #[must_use]
    pub fn with_prior(self, score: Option<Points100>) -> Self {
        let code = score.map_or(0, |score| {
            let band = Self::PRIOR_GROUPS.iter().position(|(bound, _)| score < *bound).unwrap_or(2);
            let within = Self::PRIOR_GROUPS[band].1.iter().position(|bound| score < *bound).unwrap_or(3);
            ((band as i32 + 1) << 2) | within as i32
        });
        Self((self.0 & !(0b1111 << Self::PRIOR_SHIFT)) | (code << Self::PRIOR_SHIFT))
    }

    /// Shift and mask of the prior-attainment group's code: the band in the upper two bits, the group within it below.
    pub const PRIOR_GROUP: (u32, i32) = (Self::PRIOR_SHIFT, 0b1111);

    /// The code of the prior-attainment group, 0 for no prior attainment.
    pub fn prior_group(self) -> u8 {
        let (shift, mask) = Self::PRIOR_GROUP;
        ((self.0 >> shift) & mask) as u8
    }

    /// The pupil's group of a characteristic.
    pub fn group(self, characteristic: Characteristic) -> PupilGroup {
        let code = (self.0 >> characteristic.shift()) & characteristic.mask();
        PupilGroup { characteristic, code: code as u8 }
    }
}

/// A mean scaled score in hundredths.
type Points100 = i32;

/// Which pupils are asked about: values within a characteristic are OR-ed, characteristics AND-ed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Filter {
    /// One set of codes per characteristic in the order of [`Characteristic::ALL`]; empty is "any".
    codes: [u8; Characteristic::ALL.len()],
}

impl Filter {
    /// Every pupil.
    pub fn everyone() -> Self {
        Self::default()
    }

    /// This filter with one more group allowed.
    #[must_use]
    pub fn or(mut self, group: PupilGroup) -> Self {
        self.codes[group.characteristic as usize] |= 1 << group.code;
        self
    }

    /// Whether no pupil is left out.
    pub fn is_everyone(&self) -> bool {
        self.codes.iter().all(|codes| *codes == 0)
    }

    /// The characteristics that this filter looks at, each with the groups that it lets through.
    pub fn constraints(&self) -> impl Iterator<Item = (Characteristic, Vec<PupilGroup>)> + '_ {
        Characteristic::ALL.into_iter().filter(|c| self.codes[*c as usize] != 0).map(|c| {
            let allowed = c.groups().filter(|group| self.codes[c as usize] & (1 << group.code) != 0);
            (c, allowed.collect())
        })
    }

    /// This filter without what it says of a characteristic.
    #[must_use]
    pub fn without(&self, characteristic: Characteristic) -> Self {
        let mut others = self.clone();
        others.codes[characteristic as usize] = 0;
        others
    }

    /// The pupils of one group.
    pub fn of(group: PupilGroup) -> Self {
        Self::everyone().or(group)
    }

    /// Whether this filter looks at a characteristic.
    pub fn constrains(&self, characteristic: Characteristic) -> bool {
        self.codes[characteristic as usize] != 0
    }

    /// The pupils who pass this filter and another, where the two look at different characteristics; `None` otherwise.
    pub fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        for (mine, theirs) in both.codes.iter_mut().zip(other.codes) {
            if *mine != 0 && theirs != 0 {
                return None;
            }
            *mine |= theirs;
        }
        Some(both)
    }

    /// Every other pupil whose characteristic is known, where the filter looks at one characteristic of two known values:
    /// boys for girls. `None` otherwise.
    pub fn complement(&self) -> Option<Self> {
        let constraints: Vec<_> = self.constraints().collect();
        let [(characteristic, groups)] = constraints.as_slice() else { return None };
        let known: Vec<PupilGroup> = characteristic.groups().filter(|group| group.word() != "unknown").collect();
        let others: Vec<PupilGroup> = known.iter().copied().filter(|group| !groups.contains(group)).collect();
        match (known.len(), others.as_slice()) {
            (2, [other]) => Some(Self::of(*other)),
            _ => None,
        }
    }

    /// The filter in words for tables of published figures: `all` for every pupil, else as on the command line.
    pub fn word(&self) -> String {
        if self.is_everyone() { "all".to_owned() } else { self.to_string() }
    }

    /// Whether a pupil passes.
    pub fn admits(&self, profile: Profile) -> bool {
        Characteristic::ALL.into_iter().all(|c| {
            let codes = self.codes[c as usize];
            codes == 0 || codes & (1 << profile.group(c).code) != 0
        })
    }

    /// The same filter in one form: a characteristic with every group allowed is not looked at.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        for characteristic in Characteristic::ALL {
            let every = (1u16 << characteristic.groups().count()) - 1;
            let codes = &mut self.codes[characteristic as usize];
            if u16::from(*codes) == every {
                *codes = 0;
            }
        }
        self
    }
}

/// As on the command line: `fsm6=yes sen=K,E`; empty for every pupil.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (characteristic, groups)) in self.constraints().enumerate() {
            let words: Vec<_> = groups.into_iter().map(PupilGroup::word).collect();
            let space = if nth == 0 { "" } else { " " };
            write!(f, "{space}{}={}", characteristic.word(), words.join(","))?;
        }
        Ok(())
    }
}

/// Constraints separated by spaces, each `characteristic=value,value`.
impl FromStr for Filter {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let mut filter = Self::everyone();
        for constraint in text.split_whitespace() {
            let (characteristic, words) = constraint.split_once('=').ok_or_else(|| UnknownWord {
                what: "filter",
                word: constraint.to_owned(),
                hint: "write characteristic=value, such as fsm6=yes or sen=K,E".to_owned(),
            })?;
            let characteristic: Characteristic = characteristic.parse()?;
            for word in words.split(',') {
                filter = filter.or(PupilGroup::from_word(characteristic, word)?);
            }
        }
        Ok(filter)
    }
}

impl Serialize for Filter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
