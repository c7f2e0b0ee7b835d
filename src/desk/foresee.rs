//! What would be asked next, answered before it is.

use std::collections::BTreeSet;
use std::time::Instant;

use super::{Desk, Lane, Panel, PanelId, Status};
use crate::model::{Draft, Filter, Question};

/// What is foreseen is asked under these numbers, which no panel has.
const FORESEEN: u64 = u64::MAX / 2;

impl Desk {
    /// Prepares what the panels would ask with another filter: that which a click would choose. In every frame in which the pointer
    /// is there, before [`Desk::end_frame`].
    pub fn foresee(&self, filter: &Filter, next: &Filter) {
        let mut state = self.shared.lock();
        let asks = |panel: &&Panel| panel.lane == Lane::Interactive && panel.question.filter() == filter;
        let with_next = |panel: &Panel| Question::new(Draft { filter: next.clone(), ..panel.question.draft() }).ok();
        let questions: BTreeSet<Question> = state.panels.values().filter(asks).filter_map(with_next).collect();
        let state = &mut *state;
        for (nth, question) in (0..).zip(questions) {
            if state.answers.get(&question).is_none() {
                state.turn += 1;
                let (lane, turn, status) = (Lane::Background, state.turn, Status::Waiting { since: Instant::now() });
                let panel = Panel { question, lane, turn, asked: true, answer: None, status };
                // Further frames under the same pointer change nothing.
                let known = state.panels.entry(PanelId(FORESEEN + nth)).or_insert_with(|| panel.clone());
                if known.question == panel.question { known.asked = true } else { *known = panel }
            }
        }
        state.interrupt_the_unwanted();
        self.shared.work.notify_all();
    }
}
