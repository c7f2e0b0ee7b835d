//! Who asks, and whether they may.

use super::DeskError;
use crate::method::disclosure::Policy;
use crate::model::Question;

/// Who sits at the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// The address with which they signed in, if they did.
    pub email: Option<String>,
    /// How strict the gate is for them.
    pub policy: Policy,
}

/// Whether a reader may ask a question.
///
/// An open workspace has no users: everyone may see everything in it, through the gate.
///
/// # Errors
/// [`DeskError::Refused`] when not.
#[expect(clippy::unnecessary_wraps, reason = "the one place that will refuse once a workspace has users")]
pub(super) fn check(_reader: &Reader, _question: &Question) -> Result<(), DeskError> {
    Ok(())
}
