//! Organisations, people, groups and permission: the rules, what is kept, and the pages of the administration.

mod bench;
mod commanding;
mod desk;
mod permitting;
mod forming;
mod lists;
mod managing;
mod outbox;
mod telling;
