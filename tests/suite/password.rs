//! Passwords: hashes, rules, lock-out and passwords that are made up.

use std::collections::BTreeSet;
use std::time::Duration;

use argon2::password_hash::PasswordHash;
use jiff::Timestamp;
use schoolbench::collab::password::{LENGTH, PasswordError, STAND_IN, Tries, hash, is_right, made_up, stand_in};

const PASSWORD: &str = "correct horse battery staple";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

#[test]
fn the_password_that_was_hashed_is_right_and_no_other() {
    let kept = hash(PASSWORD).unwrap();
    assert!(is_right(PASSWORD, &kept));
    for wrong in ["", "correct horse battery stapl", "Correct horse battery staple", "correct horse battery staple "] {
        assert!(!is_right(wrong, &kept), "{wrong:?}");
    }
    assert_ne!(hash(PASSWORD).unwrap(), kept, "every hash has a salt of its own");
    assert!(!kept.contains("horse"));
}

/// OWASP's parameters; the hash that stands in for unknown people costs the same.
#[test]
fn a_hash_says_argon2id_and_what_it_costs() {
    for phc in [hash(PASSWORD).unwrap(), STAND_IN.to_owned()] {
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let parsed = PasswordHash::new(&phc).unwrap();
        let salt = parsed.salt.unwrap();
        assert_eq!(salt.decode_b64(&mut [0; 64]).unwrap().len(), 16);
        assert_eq!(parsed.hash.unwrap().len(), 32);
    }
    assert!(!stand_in(PASSWORD));
    assert!(!stand_in(""));
}

#[test]
fn a_damaged_hash_is_nobodys() {
    let kept = hash(PASSWORD).unwrap();
    let swap = |from: &str, to: &str| kept.replacen(from, to, 1);
    let damaged = [
        String::new(),
        "plain text".to_owned(),
        "$argon2id$".to_owned(),
        kept[..kept.len() - 1].to_owned(),
        kept[..kept.len() - 10].to_owned(),
        format!("{kept}A"),
        swap("argon2id", "argon2i"),
        swap("argon2id", "scrypt"),
        swap("v=19", "v=16"),
        swap("v=19", "v=77"),
        swap("t=2", "t=3"),
        swap("t=2,", ""),
        // Far too costly: refused before any memory is taken.
        swap("m=19456", "m=4294967295"),
        swap("t=2", "t=4294967295"),
        swap("p=1", "p=4294967295"),
    ];
    for phc in damaged {
        assert_ne!(phc, kept);
        assert!(!is_right(PASSWORD, &phc), "{phc}");
    }
}

/// "é" and "日" are one character each, whatever they take to be kept.
#[test]
fn a_password_is_judged_by_its_number_of_characters_only() {
    assert_eq!(LENGTH, 12..=128);
    for letter in ["a", "1", " ", "é", "日", "🏫"] {
        let of = |length: usize| hash(&letter.repeat(length)).map(drop);
        assert_eq!(of(11), Err(PasswordError::TooShort { length: 11 }), "{letter}");
        assert_eq!(of(12), Ok(()), "{letter}");
        assert_eq!(of(128), Ok(()), "{letter}");
        assert_eq!(of(129), Err(PasswordError::TooLong { length: 129 }), "{letter}");
    }
    let told = hash("short").unwrap_err().to_string();
    assert!(told.contains("has 5 characters and needs 12 or more"), "{told}");
    let long = "é".repeat(128);
    assert!(is_right(&long, &hash(&long).unwrap()));
}

#[test]
fn wrong_passwords_make_wait_ever_longer_up_to_an_hour() {
    let waits = [
        (0, None),
        (1, None),
        (4, None),
        (5, Some(30)),
        (6, Some(60)),
        (7, Some(120)),
        (8, Some(240)),
        (9, Some(480)),
        (10, Some(960)),
        (11, Some(1920)),
        (12, Some(3600)),
        (13, Some(3600)),
        (100, Some(3600)),
        (u32::MAX, Some(3600)),
    ];
    for (failures, seconds) in waits {
        let tries = Tries { failures, last: Some(at(0).as_second()) };
        assert_eq!(tries.wait(at(0)), seconds.map(Duration::from_secs), "{failures} failures");
        let Some(seconds) = seconds else { continue };
        let end = i64::try_from(seconds).unwrap();
        assert_eq!(tries.wait(at(end - 1)), Some(Duration::from_secs(1)), "{failures} failures");
        assert_eq!(tries.wait(at(end)), None, "{failures} failures");
    }
}

#[test]
fn each_wrong_password_starts_the_wait_anew_and_a_right_one_ends_it() {
    let mut tries = Tries::default();
    for _ in 0..4 {
        tries.failed(at(0));
        assert_eq!(tries.wait(at(0)), None);
    }
    tries.failed(at(10));
    assert_eq!(tries.wait(at(15)), Some(Duration::from_secs(25)));
    tries.failed(at(40));
    assert_eq!(tries, Tries { failures: 6, last: Some(at(40).as_second()) });
    assert_eq!(tries.wait(at(41)), Some(Duration::from_secs(59)));
    let kept: Tries = serde_json::from_str(&serde_json::to_string(&tries).unwrap()).unwrap();
    assert_eq!(kept, tries);
    tries.succeeded();
    assert_eq!(tries, Tries::default());
    assert_eq!(tries.wait(at(41)), None);
}

#[test]
fn a_clock_that_was_wrong_locks_nobody_out_for_long() {
    let of = |last: i64| Tries { failures: 5, last: Some(last) };
    assert_eq!(of(at(20).as_second()).wait(at(0)), Some(Duration::from_secs(30)), "clocks differ a little");
    assert_eq!(of(at(86_400).as_second()).wait(at(0)), None, "a day ahead");
    for damaged in [i64::MIN, i64::MAX] {
        assert_eq!(of(damaged).wait(at(0)), None);
    }
    assert_eq!(Tries { failures: 9, last: None }.wait(at(0)), None);
}

#[test]
fn passwords_that_are_made_up_differ_and_can_be_read_aloud() {
    let made: BTreeSet<String> = (0..200).map(|_| made_up().unwrap()).collect();
    assert_eq!(made.len(), 200);
    let mut used = BTreeSet::new();
    for password in &made {
        let groups: Vec<&str> = password.split('-').collect();
        assert_eq!(groups.len(), 4, "{password}");
        assert!(groups.iter().all(|group| group.len() == 4), "{password}");
        assert!(LENGTH.contains(&password.chars().count()));
        assert!(!password.contains(['0', 'O', 'o', '1', 'l']), "{password}");
        used.extend(groups.concat().chars());
    }
    // 16 characters of 32 equally likely ones are 80 bits. Of 3,200 draws none is left out but once in 10^42.
    assert_eq!(used.len(), 32);
    let first = made.first().unwrap();
    assert!(is_right(first, &hash(first).unwrap()));
}
