//! What DfE compares schools with a similar intake by.

use super::Unit;

/// What schools with a similar intake are alike in (DfE, similar schools comparison tool, 2026).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alike {
    /// Primary: mean of key stage 1 in reading, writing and maths, 0 to 4. Secondary: mean scaled score of key stage 2 in
    /// reading and maths, 80 to 120.
    Prior,
    /// 0 to 100 % of pupils: those for whom the school receives the pupil premium.
    PupilPremium,
    /// Mean quintile of young people's participation in higher education (POLAR4) where pupils live, 1 (least) to 5.
    Polar4,
    /// 0 to 100 % of pupils: SEN support.
    SenSupport,
    /// 0 to 100 % of pupils: those who have been in the school since its usual age of entry.
    Stability,
    /// Mean income deprivation affecting children index where pupils live, 0 to 1.
    Idaci,
    /// 0 to 100 % of pupils: education, health and care plan, or statement.
    Ehcp,
    /// 0 to 100 % of pupils: first language other than English.
    Eal,
    /// Number of pupils.
    Pupils,
}

/// Words for primary and secondary schools, labels and unit of what schools are alike in.
pub(super) struct AlikeFacts {
    pub primary: &'static str,
    pub secondary: &'static str,
    pub label: &'static str,
    pub unit: Unit,
}

impl Alike {
    pub(super) fn facts(self) -> AlikeFacts {
        use Unit::{Count, Mean, Percent};
        let of = |primary, secondary, label, unit| AlikeFacts { primary, secondary, label, unit };
        match self {
            Self::Prior => of("primary_ks1", "secondary_ks2", "Prior attainment, similar schools", Mean),
            Self::PupilPremium => {
                of("primary_pupil_premium", "secondary_pupil_premium", "Pupil premium, similar schools", Percent)
            }
            Self::Polar4 => of("primary_polar4", "secondary_polar4", "POLAR4, similar schools", Mean),
            Self::SenSupport => {
                of("primary_sen_support", "secondary_sen_support", "SEN support, similar schools", Percent)
            }
            Self::Stability => of("primary_stability", "secondary_stability", "Stability, similar schools", Percent),
            Self::Idaci => of("primary_idaci", "secondary_idaci", "IDACI, similar schools", Mean),
            Self::Ehcp => of("primary_ehcp", "secondary_ehcp", "EHC plans, similar schools", Percent),
            Self::Eal => of("primary_eal", "secondary_eal", "EAL, similar schools", Percent),
            Self::Pupils => of("primary_pupils", "secondary_pupils", "Pupils, similar schools", Count),
        }
    }
}
