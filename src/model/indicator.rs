//! Indicators: what can be asked about pupils and their results.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::alike::AlikeFacts;
use super::{Alike, Characteristic, KeyStage, PupilGroup, UnknownWord, Year};

/// What is measured. Definitions: DfE secondary accountability guide; primary school accountability guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indicator {
    /// Pupils at the end of the key stage.
    Pupils,
    /// Attainment 8: English and maths doubled, three EBacc slots, three open slots; 0 to 90 points from GCSEs.
    Att8,
    /// English element of Attainment 8: the better of language and literature, doubled if both were taken.
    Att8English,
    /// Mathematics element of Attainment 8, doubled.
    Att8Maths,
    /// The three EBacc slots of Attainment 8.
    Att8Ebacc,
    /// The three open slots of Attainment 8.
    Att8Open,
    /// Share of pupils with grade 4 or above in maths and in English language or literature.
    Basics4,
    /// Share of pupils with grade 5 or above in maths and in English language or literature.
    Basics5,
    /// Share of pupils who entered all five EBacc pillars.
    EbaccEntry,
    /// Share of pupils with grade 4 or above in all five EBacc pillars.
    Ebacc4,
    /// Share of pupils with grade 5 or above in all five EBacc pillars.
    Ebacc5,
    /// EBacc average point score: mean points over the six EBacc slots, an empty one counting 0.
    EbaccAps,
    /// Progress 8: Attainment 8 against that of pupils with the same KS2 prior attainment, in grades per slot.
    P8,
    /// Progress 8, English element.
    P8English,
    /// Progress 8, maths element.
    P8Maths,
    /// Progress 8, EBacc element.
    P8Ebacc,
    /// Progress 8, open element.
    P8Open,
    /// Share of pupils at the expected standard in reading, writing and maths.
    RwmExpected,
    /// Share of pupils at the higher standard in reading and maths and at greater depth in writing.
    RwmHigh,
    /// Share of pupils with a reading score of 100 or more.
    ReadingExpected,
    /// Share of pupils with a reading score of 110 or more.
    ReadingHigh,
    /// Mean reading scaled score, 80 to 120, of the pupils who have one.
    ReadingScore,
    /// Share of pupils teachers assessed at the expected standard in writing or above.
    WritingExpected,
    /// Share of pupils teachers assessed at greater depth in writing.
    WritingHigh,
    /// Share of pupils with a KS2 maths score of 100 or more.
    MathsExpected,
    /// Share of pupils with a KS2 maths score of 110 or more.
    MathsHigh,
    /// Mean KS2 maths scaled score, 80 to 120, of the pupils who have one.
    MathsScore,
    /// Share of pupils with a grammar, punctuation and spelling score of 100 or more.
    GpsExpected,
    /// Share of pupils with a grammar, punctuation and spelling score of 110 or more.
    GpsHigh,
    /// Mean grammar, punctuation and spelling scaled score, 80 to 120, of the pupils who have one.
    GpsScore,
    /// KS2 progress in reading: scaled score against that of pupils with the same KS1 prior attainment.
    ReadingProgress,
    /// KS2 progress in writing, in points of a scaled score.
    WritingProgress,
    /// KS2 progress in maths.
    MathsProgress,
    /// Intake, 0 to 100 % of pupils (column `fsm6`): free school meals at any census in the last six years.
    PctFsm6,
    /// Intake, 0 to 100 % of pupils (column `disadvantaged`): FSM6, looked after, or adopted from care.
    PctDisadvantaged,
    /// Intake, 0 to 100 % of pupils (column `eal`): English as an additional language.
    PctEal,
    /// Intake, 0 to 100 % of pupils (column `sen`): SEN support (K) or an education, health and care plan (E).
    PctSen,
    /// Intake, 0 to 100 % of pupils (column `sex`): girls.
    PctGirls,
    /// Intake, 0 to 100 % of the pupils with prior attainment (column `prior_score`): below 100.
    PctPriorLow,
    /// Intake, 0 to 100 % of the pupils with prior attainment (column `prior_score`): 110 and above.
    PctPriorHigh,
    /// Intake: mean prior attainment of the pupils at the end of the key stage, on the scale of the published table.
    PriorMean,
    /// Whole school: pupils on roll, of all ages.
    Roll,
    /// Whole school, 0 to 100 % of pupils on roll: girls.
    SchoolGirls,
    /// Whole school, 0 to 100 % of pupils on roll: free school meals at any time in the past six years.
    SchoolFsm6,
    /// Whole school, 0 to 100 % of pupils on roll: first language other than English.
    SchoolEal,
    /// Whole school, 0 to 100 % of pupils on roll: SEN support.
    SchoolSenSupport,
    /// Whole school, 0 to 100 % of pupils on roll: education, health and care plan.
    SchoolEhcp,
    /// What DfE compares primary schools by, as DfE made it: not what the census of a year says.
    Primary(Alike),
    /// What DfE compares secondary schools by.
    Secondary(Alike),
    /// Whole school, 0 to 100 % of sessions missed.
    Absence,
    /// Whole school, 0 to 100 % of pupils who missed 10 % or more of sessions.
    PersistentAbsence,
    /// Entries in subjects, with or without a result.
    Entries,
    /// Share of GCSE results at grade 7 or above (legacy A); X is left out, U is in.
    Grade7Plus,
    /// Share of GCSE results at grade 5 or above (legacy B).
    Grade5Plus,
    /// Share of GCSE results at grade 4 or above (legacy C).
    Grade4Plus,
    /// Share of GCSE results at grade 1 or above (legacy G).
    Grade1Plus,
    /// Mean points of the results that have points; at KS2 the mean scaled score.
    AvgPoints,
    /// Mean of points minus the mean points, in the same subject and year, of pupils of England with the same KS2
    /// attainment. Of results with points, in subjects with a national table, of pupils with prior attainment.
    ValueAdded,
}

/// What one observation of an indicator is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A pupil: headline indicators, made once per pupil at load, and intake.
    Outcomes,
    /// A result of a pupil in a subject.
    Results,
    /// A school in a year, whatever the key stage: its census and its absence, as published.
    School,
}

/// How a figure is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A number of pupils or entries.
    Count,
    /// Share of pupils or entries, 0 to 100.
    Percent,
    /// Mean of points or scaled scores.
    Mean,
}

/// Word, label, unit, source and key stages of an indicator.
struct Facts(&'static str, &'static str, Unit, Source, &'static [KeyStage]);

impl Indicator {
    /// Every indicator, headlines first.
    pub const ALL: [Self; 74] = [
        Self::Pupils,
        Self::Att8,
        Self::Att8English,
        Self::Att8Maths,
        Self::Att8Ebacc,
        Self::Att8Open,
        Self::Basics4,
        Self::Basics5,
        Self::EbaccEntry,
        Self::Ebacc4,
        Self::Ebacc5,
        Self::EbaccAps,
        Self::P8,
        Self::P8English,
        Self::P8Maths,
        Self::P8Ebacc,
        Self::P8Open,
        Self::RwmExpected,
        Self::RwmHigh,
        Self::ReadingExpected,
        Self::ReadingHigh,
        Self::ReadingScore,
        Self::WritingExpected,
        Self::WritingHigh,
        Self::MathsExpected,
        Self::MathsHigh,
        Self::MathsScore,
        Self::GpsExpected,
        Self::GpsHigh,
        Self::GpsScore,
        Self::ReadingProgress,
        Self::WritingProgress,
        Self::MathsProgress,
        Self::PctFsm6,
        Self::PctDisadvantaged,
        Self::PctEal,
        Self::PctSen,
        Self::PctGirls,
        Self::PctPriorLow,
        Self::PctPriorHigh,
        Self::PriorMean,
        Self::Roll,
        Self::SchoolGirls,
        Self::SchoolFsm6,
        Self::SchoolEal,
        Self::SchoolSenSupport,
        Self::SchoolEhcp,
        Self::Absence,
        Self::PersistentAbsence,
        Self::Primary(Alike::Prior),
        Self::Primary(Alike::PupilPremium),
        Self::Primary(Alike::Polar4),
        Self::Primary(Alike::SenSupport),
        Self::Primary(Alike::Stability),
        Self::Primary(Alike::Idaci),
        Self::Primary(Alike::Ehcp),
        Self::Primary(Alike::Eal),
        Self::Primary(Alike::Pupils),
        Self::Secondary(Alike::Prior),
        Self::Secondary(Alike::PupilPremium),
        Self::Secondary(Alike::Polar4),
        Self::Secondary(Alike::SenSupport),
        Self::Secondary(Alike::Stability),
        Self::Secondary(Alike::Idaci),
        Self::Secondary(Alike::Ehcp),
        Self::Secondary(Alike::Eal),
        Self::Secondary(Alike::Pupils),
        Self::Entries,
        Self::Grade7Plus,
        Self::Grade5Plus,
        Self::Grade4Plus,
        Self::Grade1Plus,
        Self::AvgPoints,
        Self::ValueAdded,
    ];

    fn facts(self) -> Facts {
        use KeyStage::{Ks2, Ks4, Ks5};
        use Source::{Outcomes, Results, School};
        use Unit::{Count, Mean, Percent};
        match self {
            Self::Pupils => Facts("pupils", "Pupils", Count, Outcomes, &[Ks2, Ks4, Ks5]),
            Self::Att8 => Facts("att8", "Attainment 8", Mean, Outcomes, &[Ks4]),
            Self::Att8English => Facts("att8_english", "Attainment 8, English", Mean, Outcomes, &[Ks4]),
            Self::Att8Maths => Facts("att8_maths", "Attainment 8, maths", Mean, Outcomes, &[Ks4]),
            Self::Att8Ebacc => Facts("att8_ebacc", "Attainment 8, EBacc slots", Mean, Outcomes, &[Ks4]),
            Self::Att8Open => Facts("att8_open", "Attainment 8, open slots", Mean, Outcomes, &[Ks4]),
            Self::Basics4 => Facts("basics4", "Grade 4 or above in English and maths", Percent, Outcomes, &[Ks4]),
            Self::Basics5 => Facts("basics5", "Grade 5 or above in English and maths", Percent, Outcomes, &[Ks4]),
            Self::EbaccEntry => Facts("ebacc_entry", "Entered the EBacc", Percent, Outcomes, &[Ks4]),
            Self::Ebacc4 => Facts("ebacc4", "EBacc at grade 4 or above", Percent, Outcomes, &[Ks4]),
            Self::Ebacc5 => Facts("ebacc5", "EBacc at grade 5 or above", Percent, Outcomes, &[Ks4]),
            Self::EbaccAps => Facts("ebacc_aps", "EBacc average point score", Mean, Outcomes, &[Ks4]),
            Self::P8 => Facts("p8", "Progress 8", Mean, Outcomes, &[Ks4]),
            Self::P8English => Facts("p8_english", "Progress 8, English", Mean, Outcomes, &[Ks4]),
            Self::P8Maths => Facts("p8_maths", "Progress 8, maths", Mean, Outcomes, &[Ks4]),
            Self::P8Ebacc => Facts("p8_ebacc", "Progress 8, EBacc slots", Mean, Outcomes, &[Ks4]),
            Self::P8Open => Facts("p8_open", "Progress 8, open slots", Mean, Outcomes, &[Ks4]),
            Self::RwmExpected => {
                Facts("rwm_expected", "Reading, writing and maths: expected standard", Percent, Outcomes, &[Ks2])
            }
            Self::RwmHigh => {
                Facts("rwm_high", "Reading, writing and maths: higher standard", Percent, Outcomes, &[Ks2])
            }
            Self::ReadingExpected => Facts("reading_expected", "Reading: expected standard", Percent, Outcomes, &[Ks2]),
            Self::ReadingHigh => Facts("reading_high", "Reading: higher standard", Percent, Outcomes, &[Ks2]),
            Self::ReadingScore => Facts("reading_score", "Reading: scaled score", Mean, Outcomes, &[Ks2]),
            Self::WritingExpected => Facts("writing_expected", "Writing: expected standard", Percent, Outcomes, &[Ks2]),
            Self::WritingHigh => Facts("writing_high", "Writing: greater depth", Percent, Outcomes, &[Ks2]),
            Self::MathsExpected => Facts("maths_expected", "Maths: expected standard", Percent, Outcomes, &[Ks2]),
            Self::MathsHigh => Facts("maths_high", "Maths: higher standard", Percent, Outcomes, &[Ks2]),
            Self::MathsScore => Facts("maths_score", "Maths: scaled score", Mean, Outcomes, &[Ks2]),
            Self::GpsExpected => {
                Facts("gps_expected", "Grammar, punctuation and spelling: expected standard", Percent, Outcomes, &[Ks2])
            }
            Self::GpsHigh => {
                Facts("gps_high", "Grammar, punctuation and spelling: higher standard", Percent, Outcomes, &[Ks2])
            }
            Self::GpsScore => {
                Facts("gps_score", "Grammar, punctuation and spelling: scaled score", Mean, Outcomes, &[Ks2])
            }
            Self::ReadingProgress => Facts("reading_progress", "Reading: progress", Mean, Outcomes, &[Ks2]),
            Self::WritingProgress => Facts("writing_progress", "Writing: progress", Mean, Outcomes, &[Ks2]),
            Self::MathsProgress => Facts("maths_progress", "Maths: progress", Mean, Outcomes, &[Ks2]),
            Self::PctFsm6 => Facts("pct_fsm6", "FSM6 pupils", Percent, Outcomes, &[Ks2, Ks4, Ks5]),
            Self::PctDisadvantaged => {
                Facts("pct_disadvantaged", "Disadvantaged pupils", Percent, Outcomes, &[Ks2, Ks4, Ks5])
            }
            Self::PctEal => Facts("pct_eal", "EAL pupils", Percent, Outcomes, &[Ks2, Ks4, Ks5]),
            Self::PctSen => Facts("pct_sen", "SEN pupils", Percent, Outcomes, &[Ks2, Ks4, Ks5]),
            Self::PctGirls => Facts("pct_girls", "Girls", Percent, Outcomes, &[Ks2, Ks4, Ks5]),
            Self::PctPriorLow => Facts("pct_prior_low", "Low prior attainment", Percent, Outcomes, &[Ks2, Ks4, Ks5]),
            Self::PctPriorHigh => Facts("pct_prior_high", "High prior attainment", Percent, Outcomes, &[Ks2, Ks4, Ks5]),
            Self::PriorMean => Facts("prior_mean", "Mean prior attainment", Mean, Outcomes, &[Ks2, Ks4]),
            Self::Roll => Facts("roll", "Pupils on roll", Count, School, &[Ks2, Ks4, Ks5]),
            Self::SchoolGirls => Facts("school_girls", "Girls, whole school", Percent, School, &[Ks2, Ks4, Ks5]),
            Self::SchoolFsm6 => Facts("school_fsm6", "FSM6, whole school", Percent, School, &[Ks2, Ks4, Ks5]),
            Self::SchoolEal => Facts("school_eal", "EAL, whole school", Percent, School, &[Ks2, Ks4, Ks5]),
            Self::SchoolSenSupport => {
                Facts("school_sen_support", "SEN support, whole school", Percent, School, &[Ks2, Ks4, Ks5])
            }
            Self::SchoolEhcp => Facts("school_ehcp", "EHC plans, whole school", Percent, School, &[Ks2, Ks4, Ks5]),
            Self::Primary(alike) => {
                let AlikeFacts { primary, label, unit, .. } = alike.facts();
                Facts(primary, label, unit, School, &[Ks2])
            }
            Self::Secondary(alike) => {
                let AlikeFacts { secondary, label, unit, .. } = alike.facts();
                Facts(secondary, label, unit, School, &[Ks4])
            }
            Self::Absence => Facts("absence", "Absence", Percent, School, &[Ks2, Ks4, Ks5]),
            Self::PersistentAbsence => {
                Facts("persistent_absence", "Persistent absence", Percent, School, &[Ks2, Ks4, Ks5])
            }
            Self::Entries => Facts("entries", "Entries", Count, Results, &[Ks2, Ks4, Ks5]),
            Self::Grade7Plus => Facts("grade7plus", "Grades 9 to 7", Percent, Results, &[Ks4]),
            Self::Grade5Plus => Facts("grade5plus", "Grades 9 to 5", Percent, Results, &[Ks4]),
            Self::Grade4Plus => Facts("grade4plus", "Grades 9 to 4", Percent, Results, &[Ks4]),
            Self::Grade1Plus => Facts("grade1plus", "Grades 9 to 1", Percent, Results, &[Ks4]),
            Self::AvgPoints => Facts("avg_points", "Average points", Mean, Results, &[Ks2, Ks4, Ks5]),
            Self::ValueAdded => Facts("value_added", "Value added", Mean, Results, &[Ks4]),
        }
    }

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        self.facts().0
    }

    /// The name on screen.
    pub fn label(self) -> &'static str {
        self.facts().1
    }

    /// How the figure is read.
    pub fn unit(self) -> Unit {
        self.facts().2
    }

    /// What one observation is of.
    pub fn source(self) -> Source {
        self.facts().3
    }

    /// The key stages that have it.
    pub fn stages(self) -> &'static [KeyStage] {
        self.facts().4
    }

    /// The pupils whom an intake indicator counts: groups of one characteristic. Its share is of the pupils whose code is
    /// not 0: of those whose characteristic is known, or who have prior attainment. `None` for an indicator of results.
    pub fn intake(self) -> Option<(Characteristic, Vec<PupilGroup>)> {
        let (characteristic, words) = self.intake_words()?;
        Some((characteristic, characteristic.groups().filter(|group| words.contains(&group.word())).collect()))
    }

    /// Whether it tells who the pupils are, not how they did: the profile holds it, no column of the outcomes.
    pub fn is_intake(self) -> bool {
        self.intake_words().is_some()
    }

    fn intake_words(self) -> Option<(Characteristic, &'static [&'static str])> {
        match self {
            Self::PctFsm6 => Some((Characteristic::Fsm6, &["yes"])),
            Self::PctDisadvantaged => Some((Characteristic::Disadvantaged, &["yes"])),
            Self::PctEal => Some((Characteristic::Eal, &["yes"])),
            Self::PctSen => Some((Characteristic::Sen, &["K", "E"])),
            Self::PctGirls => Some((Characteristic::Sex, &["F"])),
            Self::PctPriorLow => Some((Characteristic::Prior, &["low"])),
            Self::PctPriorHigh => Some((Characteristic::Prior, &["high"])),
            _ => None,
        }
    }

    /// Whether it is known from published tables only: this version does not make it from pupils' rows.
    pub fn is_published_only(self) -> bool {
        self.source() == Source::School
            || matches!(self, Self::ReadingProgress | Self::WritingProgress | Self::MathsProgress)
    }

    /// Whether it is made from national averages of pupils with the same prior attainment: Progress 8 and its elements.
    pub fn is_progress8(self) -> bool {
        matches!(self, Self::P8 | Self::P8English | Self::P8Maths | Self::P8Ebacc | Self::P8Open)
    }

    /// An indicator that is of the same pupils or results: whose numbers tell how many there are.
    pub fn population(self) -> Self {
        match self {
            _ if self.is_progress8() => Self::P8,
            Self::PriorMean | Self::ReadingScore | Self::MathsScore | Self::GpsScore => self,
            Self::AvgPoints | Self::ValueAdded | Self::Entries => self,
            _ if self.source() == Source::Results => Self::Grade4Plus,
            _ => Self::Pupils,
        }
    }

    /// Whether it is of pupils with prior attainment only.
    pub fn needs_prior(self) -> bool {
        self.is_progress8() || matches!(self, Self::ValueAdded | Self::PriorMean)
    }

    /// Whether the mean of all pupils of England is 0 in every year, because the measure is made so: key stage 2 progress
    /// (DfE primary school accountability technical guide). The tables leave it blank.
    pub fn is_zero_nationally(self) -> bool {
        matches!(self, Self::ReadingProgress | Self::WritingProgress | Self::MathsProgress)
    }

    /// Whether the measure was made at all in a year. There are no tests and exams of 2019/20 and 2020/21 that count; no
    /// Progress 8 for 2024/25 and 2025/26, whose pupils have no KS2 results; no KS2 progress for 2023/24 and 2024/25,
    /// whose pupils have no KS1 results.
    pub fn is_made_in(self, year: Year) -> bool {
        match self {
            _ if self.is_progress8() => !year.without_exams() && !matches!(year.ending(), 2025 | 2026),
            Self::ReadingProgress | Self::WritingProgress | Self::MathsProgress => {
                !year.without_exams() && !matches!(year.ending(), 2024 | 2025)
            }
            _ => true,
        }
    }

    /// What a sum of hundredths of points is divided by to give the figure's unit: EBacc APS is a sixth of its six slots,
    /// Progress 8 a tenth of its ten, its elements a half or a third. Value added is in thousandths.
    pub fn divisor(self) -> f64 {
        match self {
            Self::EbaccAps => 600.0,
            Self::P8 | Self::ValueAdded => 1000.0,
            Self::P8English | Self::P8Maths => 200.0,
            Self::P8Ebacc | Self::P8Open => 300.0,
            _ => 100.0,
        }
    }
}

impl FromStr for Indicator {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|indicator| indicator.word() == word)
            .ok_or_else(|| UnknownWord::expected("indicator", word, Self::ALL.map(Self::word)))
    }
}

/// In files as on the command line.
impl Serialize for Indicator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Indicator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
