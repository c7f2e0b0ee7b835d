//! Working together: passwords and e-mail.

pub mod mail;
pub mod password;
