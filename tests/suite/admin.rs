//! Organisations, people, groups and permission: the rules, what is kept, and the pages of the administration.

mod anew;
mod bench;
mod commanding;
mod demo_people;
mod desk;
mod forming;
mod kill;
mod lists;
mod managing;
mod matrix;
mod model;
mod outbox;
mod permitting;
mod telling;
