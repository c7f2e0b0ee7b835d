//! Organisations, people, groups and permission: the rules, what is kept, and the pages of the administration.

mod bench;
mod commanding;
mod demo_people;
mod desk;
mod kill;
mod matrix;
mod model;
mod permitting;
mod forming;
mod lists;
mod managing;
mod outbox;
mod telling;
