//! What would be asked next, answered before it is.

use std::collections::BTreeSet;
use std::time::Instant;

use super::{Desk, Lane, Panel, PanelId, Status};
use crate::model::{Filter, Question};

/// What is foreseen is asked under these numbers, which no panel has.
const FORESEEN: u64 = u64::MAX / 2;

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
            if state.answers.get(&question).is_none() {
                state.turn += 1;
                let (lane, turn, status) = (Lane::Background, state.turn, Status::Waiting { since: Instant::now() });
                let panel = Panel { question, lane, turn, asked: true, answer: None, status };
                // Further frames in which the same is foreseen change nothing.
                match state.panels.get_mut(&PanelId(FORESEEN + nth)) {
                    Some(known) if known.question == panel.question => known.asked = true,
                    _ => {
                        state.panels.insert(PanelId(FORESEEN + nth), panel);
                        is_new = true;
                    }
                }
            }
        }
        if is_new {
            state.interrupt_the_unwanted();
            self.shared.work.notify_all();
        }
    }
}
