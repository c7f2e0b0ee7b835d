//! Numbers in words.

/// A whole number with thousands apart: 12,345.
pub fn grouped(n: i64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with thousands apart.
pub fn counted(n: impl TryInto<i64>) -> String {
    grouped(n.try_into().unwrap_or(i64::MAX))
}

/// How many people: "1 person", "3,295 people".
pub fn people(n: usize) -> String {
    if n == 1 { "1 person".to_owned() } else { format!("{} people", counted(n)) }
}

/// Names in a sentence: "Oak, Elm and Ash", and of more than `most` how many are left out: "Oak, Elm and 7 more".
pub fn some_of(names: &[impl AsRef<str>], most: usize) -> String {
    let said: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match (said.as_slice(), names.len() - said.len()) {
        (_, more @ 1..) => format!("{} and {} more", said.join(", "), counted(more)),
        ([rest @ .., last], 0) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (_, 0) => said.concat(),
    }
}

/// How many of something: "1 school", "3,295 schools".
pub fn plural(n: i64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{} {what}s", grouped(n)) }
}
