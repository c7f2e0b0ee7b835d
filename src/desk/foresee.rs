//! What would be asked next, answered before it is.

use std::collections::BTreeSet;
use std::time::Instant;

use super::{Desk, Lane, Panel, PanelId, Status};
use crate::model::{Filter, Question};

/// What is foreseen is asked under these numbers, which no panel has.
const FORESEEN: u64 = u64::MAX / 2;

/// Whether nobody asks under a number, but somebody may ask the same next.
pub(super) fn is_foreseen(id: PanelId) -> bool {
    (FORESEEN..PanelId::COMMAND_LINE.0).contains(&id.0)
}

impl Desk {
    /// Prepares what panels would ask next in place of what they ask with this filter. In every frame in which it may be asked
    /// next, once and before [`Desk::end_frame`].
    pub fn foresee(&self, filter: &Filter, next: impl Fn(&Question) -> Vec<Question>) {
        let mut state = self.shared.lock();
        let asks = |panel: &&Panel| panel.lane == Lane::Interactive && panel.question.filter() == filter;
        let questions: BTreeSet<Question> =
            state.panels.values().filter(asks).flat_map(|panel| next(&panel.question)).collect();
        let state = &mut *state;
        let mut is_new = false;
        for (nth, question) in (0..).zip(questions) {
            let place = PanelId(FORESEEN + nth);
            if state.answers.get(&question).is_some() {
                continue;
            }
            // Further frames in which the same is foreseen change nothing.
            if let Some(known) = state.panels.get_mut(&place).filter(|known| known.question == question) {
                known.asked = true;
                continue;
            }
            state.turn += 1;
            let (lane, turn, status) = (Lane::Background, state.turn, Status::Waiting { since: Instant::now() });
            state.panels.insert(place, Panel { question, lane, turn, asked: true, answer: None, status });
            is_new = true;
        }
        if is_new {
            state.interrupt_the_unwanted();
            self.shared.work.notify_all();
        }
    }
}
