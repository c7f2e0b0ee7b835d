//! `schoolbench admin run`: a file of commands, one in each line, in the words of the command line.

use clap::Parser as _;

use super::Action;

/// A line of the file.
#[derive(clap::Parser)]
#[command(no_binary_name = true)]
struct Line {
    #[command(subcommand)]
    action: Action,
}

/// The commands of a file with their lines, all of them understood. Blank lines and those that begin with # say nothing.
///
/// # Errors
/// The first line that is not understood, and why.
pub(super) fn read(text: &str) -> Result<Vec<(usize, Action)>, (usize, String)> {
    let mut actions = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let mut words = split(text).map_err(|why| (line, why.to_owned()))?;
        let whole = words.iter().take(2).map(String::as_str).eq(["schoolbench", "admin"]);
        if whole {
            words.drain(..2);
        }
        if words.is_empty() {
            continue;
        }
        let Line { action } = Line::try_parse_from(words).map_err(|error| (line, in_one_line(&error.to_string())))?;
        if matches!(action, Action::Run { .. }) {
            return Err((line, "a file of commands runs no other file; write its commands here".to_owned()));
        }
        actions.push((line, action));
    }
    Ok(actions)
}

/// What is wrong, without the usage that follows it.
fn in_one_line(error: &str) -> String {
    let first = error.split("\n\n").next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a line much as a shell has them: spaces part them, but not within quotes. A backslash takes a quotation mark,
/// a space, # or backslash as it is, but not within single quotes. What follows a # is left out.
fn split(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                let mut rest = letters.clone();
                let next = rest.next().filter(|next| matches!(next, '"' | '\'' | '\\' | '#' | ' '));
                // A path of Windows keeps its backslashes.
                word.get_or_insert_default().push(next.unwrap_or('\\'));
                if next.is_some() {
                    letters = rest;
                }
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (None, '#') if word.is_none() => break,
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    if quote.is_some() {
        return Err("a quotation mark is not closed");
    }
    words.extend(word);
    Ok(words)
}
