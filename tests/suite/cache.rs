//! The byte-bounded cache, which is private to the desk.

#[path = "../../src/desk/cache.rs"]
mod lru;

use lru::Lru;

#[test]
fn the_value_used_longest_ago_goes_first() {
    let mut lru = Lru::new(100);
    lru.insert("a", 1, 40);
    lru.insert("b", 2, 40);
    assert_eq!(lru.get(&"a"), Some(1));
    lru.insert("c", 3, 40);
    assert_eq!((lru.get(&"a"), lru.get(&"b"), lru.get(&"c")), (Some(1), None, Some(3)));
    assert_eq!((lru.bytes(), lru.len()), (80, 2));
}

#[test]
fn a_value_larger_than_the_limit_is_not_kept_and_moves_nothing_out() {
    let mut lru = Lru::new(100);
    lru.insert("a", 1, 40);
    lru.insert("big", 2, 101);
    assert_eq!((lru.get(&"a"), lru.get(&"big"), lru.bytes()), (Some(1), None, 40));
}

#[test]
fn the_same_key_again_replaces_its_value_and_its_bytes() {
    let mut lru = Lru::new(100);
    lru.insert("a", 1, 40);
    lru.insert("a", 2, 60);
    assert_eq!((lru.get(&"a"), lru.bytes()), (Some(2), 60));
}

#[test]
fn what_is_cleared_is_forgotten_and_can_be_kept_anew() {
    let mut lru = Lru::new(100);
    lru.insert("a", 1, 40);
    lru.clear();
    assert_eq!((lru.get(&"a"), lru.bytes()), (None, 0));
    lru.insert("b", 2, 100);
    assert_eq!(lru.get(&"b"), Some(2));
}
