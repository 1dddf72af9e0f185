//! Validators that play the same part may change names: such states are one.

use stateright::Representative;

use crate::soup::State;

impl Representative for State {
    /// In two views validators 2 and 3 never lead: the smaller one of both comes first.
    fn representative(&self) -> Self {
        let mut state = self.clone();
        if !state.has_twins || !state.lost.is_empty() {
            return state;
        }
        let [_, _, second, third] = &mut state.replicas;
        std::mem::swap(second, third);
        for (index, replica) in [(2, second), (3, third)] {
            replica.index = index;
            replica.own.view_changes.iter_mut().flatten().for_each(|change| change.signer = index);
        }
        let pair = |state: &Self| (state.replicas[2], state.replicas[3]);
        if pair(&state) < pair(self) { state } else { self.clone() }
    }
}
