//! Organisations, people, groups and permission: the rules, what is kept, and the pages of the administration.

mod bench;
mod demo_people;
mod desk;
mod kill;
mod matrix;
mod model;
mod permitting;
