//! Passwords that are set from the window.

use jiff::Timestamp;

use crate::collab::{NotSignedIn, Office, OfficeError, PersonId};

/// A one-time password for somebody, in words that can be passed on.
pub fn reset(office: &Office, who: PersonId, person: PersonId) -> Result<String, OfficeError> {
    let password = crate::collab::password::made_up()?;
    office.set_password(who, person, &password, Timestamp::now())?;
    let name = office.people().name(person).to_owned();
    Ok(format!("One-time password for {name}: {password}   Tell it in person; it is shown only now."))
}

/// Sets one's own password, where the one until now is right.
pub fn change(office: &Office, person: PersonId, old: &str, new: &str) -> Result<(), String> {
    let email = office.people().persons.get(&person).map(|person| person.email.clone()).unwrap_or_default();
    match office.sign_in(&email, old, Timestamp::now()) {
        Err(OfficeError::SignIn(NotSignedIn::Wrong)) => return Err("the password until now is not right".to_owned()),
        other => other.map(drop).map_err(|error| error.to_string())?,
    }
    office.set_password(person, person, new, Timestamp::now()).map(drop).map_err(|error| error.to_string())
}
