//! Names of places, authorities, trusts and schools that are nowhere.

/// Beginnings of place names. No two begin and end alike, so that 48 x 36 names differ.
const BEGINNINGS: [&str; 48] = [
    "Wex", "Quarn", "Fenth", "Drusk", "Velm", "Ostr", "Yarl", "Zeld", "Tamb", "Corv", "Nask", "Plov", "Grint", "Hesk",
    "Ildr", "Jurl", "Klem", "Lorv", "Murd", "Orph", "Pell", "Quill", "Rusk", "Sarn", "Thrax", "Umb", "Varn", "Wilm",
    "Yenn", "Zorn", "Aldr", "Brisk", "Cald", "Dorv", "Elth", "Frith", "Gorm", "Holv", "Isk", "Jarl", "Kett", "Lund",
    "Mard", "Nort", "Osk", "Pint", "Ravv", "Skelm",
];

/// Endings of place names.
const ENDINGS: [&str; 36] = [
    "amoor", "aholt", "awick", "icombe", "istead", "imere", "adale", "athwaite", "ebrook", "iwell", "ahurst", "ingley",
    "arby", "enness", "agate", "afold", "omarsh", "evale", "abridge", "acliff", "oden", "afell", "owater", "iport",
    "adown", "enhythe", "acott", "igarth", "etree", "oshaw", "anbeck", "eridge", "acroft", "ohaven", "umstow", "ewold",
];

/// What tells places of one name apart.
const QUARTERS: [&str; 12] =
    ["", "North ", "Nether ", "Over ", "East ", "Long ", "Little ", "West ", "Upper ", "South ", "Old ", "Lower "];

/// The name of an authority; the first is Wexmoor.
pub fn authority(number: u32) -> String {
    match number {
        0 => "Wexmoor".to_owned(),
        _ => place(number.wrapping_mul(11) + 700),
    }
}

/// The name of an academy trust.
pub fn trust(number: u32) -> String {
    let place = place(number.wrapping_mul(7) + 1100);
    match number % 4 {
        0 => format!("{place} Learning Trust"),
        1 => format!("The {place} Partnership"),
        2 => format!("{place} Academies Trust"),
        _ => format!("{place} Schools Together"),
    }
}

/// The name of a place: a different one for each of the first 20,736 numbers, neighbours unlike each other.
pub fn place(number: u32) -> String {
    let pairs = (BEGINNINGS.len() * ENDINGS.len()) as u32;
    // 1,085 has no factor in common with 1,728, so that this meets every pair of a beginning and an ending once.
    let pair = ((number % pairs) * 1_085 % pairs) as usize;
    let quarter = QUARTERS[(number / pairs) as usize % QUARTERS.len()];
    format!("{quarter}{}{}", BEGINNINGS[pair % BEGINNINGS.len()], ENDINGS[pair / BEGINNINGS.len()])
}
