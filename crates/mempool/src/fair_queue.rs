//! A queue that serves accounts in turn: who sends a thousand waits behind himself, not others behind him.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use types::AccountId;

/// One lane per account with something waiting, served round-robin in the order of account ids.
#[derive(Debug)]
pub(crate) struct FairQueue<T> {
    lanes: BTreeMap<AccountId, BTreeMap<u64, T>>,
    last_served: AccountId,
    next_ticket: u64,
}

impl<T: Copy> FairQueue<T> {
    pub(crate) fn new() -> Self {
        Self { lanes: BTreeMap::new(), last_served: AccountId::default(), next_ticket: 0 }
    }

    /// Appends to the account's lane; the ticket takes it out again.
    pub(crate) fn push(&mut self, account: AccountId, item: T) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.lanes.entry(account).or_default().insert(ticket, item);
        ticket
    }

    pub(crate) fn remove(&mut self, account: &AccountId, ticket: u64) {
        if let Some(lane) = self.lanes.get_mut(account) {
            lane.remove(&ticket);
            if lane.is_empty() {
                self.lanes.remove(account);
            }
        }
    }

    /// Whose turn it is, and the oldest item of that account.
    pub(crate) fn peek(&self) -> Option<(AccountId, u64, T)> {
        let after = self.lanes.range((Excluded(self.last_served), Unbounded)).next();
        let (account, lane) = after.or_else(|| self.lanes.first_key_value())?;
        let (ticket, item) = lane.first_key_value()?;
        Some((*account, *ticket, *item))
    }

    /// Takes what [`FairQueue::peek`] shows and passes the turn on.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let (account, ticket, item) = self.peek()?;
        self.remove(&account, ticket);
        self.last_served = account;
        Some(item)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::new([number; 32])
    }

    #[test]
    fn accounts_are_served_in_turn_and_each_in_its_own_order() {
        let mut queue = FairQueue::new();
        for item in 0..5 {
            queue.push(account(1), ("flood", item));
        }
        queue.push(account(2), ("quiet", 0));
        queue.push(account(3), ("other", 0));
        let served: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        let expected = [
            ("flood", 0),
            ("quiet", 0),
            ("other", 0),
            ("flood", 1),
            ("flood", 2),
            ("flood", 3),
            ("flood", 4),
        ];
        assert_eq!(served, expected);
        assert!(queue.is_empty());
    }

    #[test]
    fn a_removed_item_is_never_served() {
        let mut queue = FairQueue::new();
        queue.push(account(1), 1);
        let ticket = queue.push(account(1), 2);
        queue.push(account(1), 3);
        queue.remove(&account(1), ticket);
        assert_eq!([queue.pop(), queue.pop(), queue.pop()], [Some(1), Some(3), None]);
    }
}
