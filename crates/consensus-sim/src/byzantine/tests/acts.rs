//! What each actor says, one message at a time.

use consensus::{Message, SignedStatement, Statement};
use types::{Epoch, Height, ValidatorIndex, View};

use super::bench::{Bench, HEIGHT, PRIMARY, VIEW};
use crate::byzantine::Behaviour;

pub const BACKUP: ValidatorIndex = ValidatorIndex::new(2);

/// What the actor makes of a message, for every receiver.
fn said(bench: &mut Bench, behaviour: Behaviour, index: u16, message: &Message) -> Vec<Vec<Message>> {
    let mut actor = bench.actor(behaviour, index);
    let mut to = |to| actor.outgoing(&bench.identity, &mut bench.prng, ValidatorIndex::new(to), message);
    (0..4).filter(|to| *to != index).map(&mut to).collect()
}

/// All that it invents in so many moments.
pub fn invented(bench: &mut Bench, behaviour: Behaviour, index: u16, moments: usize) -> Vec<Message> {
    let mut actor = bench.actor(behaviour, index);
    bench.all_kinds(BACKUP).iter().for_each(|message| actor.overhear(message));
    let status = bench.status();
    let all = (0..moments).flat_map(|_| actor.mischief(&bench.identity, &mut bench.prng, &status));
    all.map(|(_, message)| message).collect()
}

fn signed(message: &Message) -> &SignedStatement {
    let (Message::Signed(signed) | Message::PrePrepare { signed, .. }) = message else {
        panic!("{message:?} is not signed")
    };
    signed
}

#[test]
fn the_bench_is_genuine() {
    let bench = Bench::new();
    for message in bench.all_kinds(BACKUP) {
        assert_eq!(bench.judge(BACKUP, &message), Ok(()), "{message:?}");
    }
}

#[test]
fn an_equivocator_orders_two_proposals_in_one_slot_and_both_are_well_formed() {
    let mut bench = Bench::new();
    let message = bench.pre_prepare();
    let all = said(&mut bench, Behaviour::Equivocator, 1, &message).concat();
    let votes: std::collections::BTreeSet<_> =
        all.iter().map(|message| *signed(message).statement.vote().expect("a vote")).collect();
    assert_eq!(votes.len(), 2);
    assert!(votes.iter().all(|vote| (vote.view.get(), vote.height.get()) == (VIEW, HEIGHT)));
    all.iter().for_each(|message| assert_eq!(bench.judge(PRIMARY, message), Ok(())));
}

#[test]
fn an_equivocator_forgets_in_view_changes_and_new_views_for_some() {
    let mut bench = Bench::new();
    let change = Message::Signed(bench.view_change(BACKUP, VIEW + 1));
    let new_view = Message::Signed(bench.new_view(VIEW + 1));
    for message in [change, new_view] {
        let all = said(&mut bench, Behaviour::Equivocator, 2, &message).concat();
        assert!(all.contains(&message) && all.iter().any(|other| *other != message));
        all.iter().for_each(|message| assert_eq!(bench.judge(BACKUP, message), Ok(())));
    }
}

#[test]
fn a_silent_one_leaves_some_without_votes() {
    let mut bench = Bench::new();
    let message = bench.pre_prepare();
    let heard = said(&mut bench, Behaviour::Silent, 1, &message);
    assert_eq!(heard.iter().filter(|said| said.is_empty()).count(), 1);
}

#[test]
fn a_censor_leaves_out_odd_authors() {
    let mut bench = Bench::new();
    let message = bench.pre_prepare();
    for said in said(&mut bench, Behaviour::Censor, 1, &message).concat() {
        assert_eq!(bench.judge(PRIMARY, &said), Ok(()));
        let Message::PrePrepare { proposal, .. } = said else { panic!("another kind") };
        assert_eq!(proposal.references, vec![bench.reference(0)]);
    }
}

#[test]
fn a_slow_primary_stays_just_under_the_timer() {
    let bench = Bench::new();
    let actor = bench.actor(Behaviour::Slow, 1);
    let wait = actor.delay(&bench.pre_prepare(), 100);
    assert!((75..100).contains(&wait), "{wait}");
    assert_eq!(actor.delay(&Message::Status(bench.standing()), 100), 0);
}

#[test]
fn an_unavailable_batch_is_proposed_in_good_form() {
    let mut bench = Bench::new();
    let (message, count) = (bench.pre_prepare(), bench.proposal().references.len());
    let mut actor = bench.actor(Behaviour::Unavailable, 1);
    let longer = (0..20).flat_map(|_| actor.outgoing(&bench.identity, &mut bench.prng, BACKUP, &message));
    let longer: Vec<_> = longer.filter(|said| *said != message).collect();
    assert!(!longer.is_empty());
    for said in longer {
        assert_eq!(bench.judge(PRIMARY, &said), Ok(()));
        assert!(matches!(said, Message::PrePrepare { proposal, .. } if proposal.references.len() > count));
    }
}

#[test]
fn far_votes_are_far_and_near_ones_pass() {
    let mut bench = Bench::new();
    let all = invented(&mut bench, Behaviour::FarFuture, 2, 300);
    let judged: Vec<_> = all.iter().map(|message| bench.judge(BACKUP, message)).collect();
    assert!(judged.iter().any(Result::is_ok));
    for what in ["view", "height"] {
        let far = |judged: &Result<(), consensus::Rejected>| {
            judged.as_ref().is_err_and(|rejected| rejected.to_string().starts_with(what))
        };
        assert!(judged.iter().any(far), "no far {what}");
    }
    for highest in [u64::MAX, u64::MAX - 1] {
        let is_there = |message: &Message| match message {
            Message::Status(status) => {
                status.view == View::new(highest) || status.low == Height::new(highest)
            }
            _ => false,
        };
        assert!(all.iter().any(is_there), "no {highest}");
    }
}

#[test]
fn a_view_change_spammer_asks_for_near_and_far_views_in_good_form() {
    let mut bench = Bench::new();
    let all = invented(&mut bench, Behaviour::ViewChangeSpammer, 2, 100);
    let wishes: Vec<_> = all
        .iter()
        .filter_map(|message| match &signed(message).statement {
            Statement::ViewChange(change) => Some((change.view, bench.judge(BACKUP, message))),
            _ => None,
        })
        .collect();
    assert!(wishes.iter().all(|(_, judged)| judged.is_ok()), "{wishes:?}");
    for view in [VIEW + 1, u64::MAX] {
        assert!(wishes.iter().any(|(wish, _)| wish.get() == view), "nobody asks for {view}");
    }
    assert!(all.len() > wishes.len(), "no short new view");
}

#[test]
fn a_late_new_view_is_kept_back_and_others_are_made_of_the_same_votes() {
    let mut bench = Bench::new();
    let leads = bench.identity.validators.primary(Epoch::ZERO, View::new(VIEW + 1));
    let own = Message::Signed(bench.new_view(VIEW + 1));
    let mut actor = bench.actor(Behaviour::LateNewView, leads.get());
    let mut left = 0;
    for _ in 0..60 {
        left += actor.outgoing(&bench.identity, &mut bench.prng, PRIMARY, &own).len();
    }
    assert!((1..60).contains(&left), "{left} left in time");
    let status = bench.status();
    let all: Vec<_> =
        (0..20).flat_map(|_| actor.mischief(&bench.identity, &mut bench.prng, &status)).collect();
    assert!(!all.is_empty());
    for (_, message) in all {
        assert_ne!(message, own);
        assert_eq!(bench.judge(leads, &message), Ok(()));
    }
}

#[test]
fn a_liar_changes_every_status_and_all_of_them_pass() {
    let mut bench = Bench::new();
    let message = Message::Status(bench.standing());
    let mut actor = bench.actor(Behaviour::Liar, 2);
    let mut lies = 0;
    for _ in 0..100 {
        for said in actor.outgoing(&bench.identity, &mut bench.prng, PRIMARY, &message) {
            assert_eq!(bench.judge(BACKUP, &said), Ok(()));
            lies += u32::from(said != message);
        }
    }
    assert!(lies > 80, "{lies}");
}

#[test]
fn withheld_batches_reach_f_others_and_are_served_to_nobody() {
    let bench = Bench::new();
    for index in 0..4 {
        let actor = bench.actor(Behaviour::Withholder, index);
        let others = bench.identity.validators.indices().filter(|to| to.get() != index);
        let seeing = others.filter(|to| !actor.withholds_batch(&bench.identity, *to)).count();
        assert_eq!((seeing, actor.refuses_batches()), (1, true));
        let hoarder = bench.actor(Behaviour::Hoarder, index);
        assert!(hoarder.refuses_batches() && !hoarder.withholds_batch(&bench.identity, PRIMARY));
        assert!(!bench.actor(Behaviour::Liar, index).refuses_batches());
    }
}

#[test]
fn only_a_plain_twin_hears_what_its_key_signed() {
    let bench = Bench::new();
    let own = Message::Signed(bench.view_change(BACKUP, VIEW + 1));
    let held = Message::VotesHeld { nonce: 4, votes: vec![bench.view_change(BACKUP, VIEW + 1)] };
    let none_held = Message::VotesHeld { nonce: 4, votes: Vec::new() };
    let other = Message::Signed(bench.view_change(PRIMARY, VIEW + 1));
    for behaviour in Behaviour::ALL {
        let actor = bench.actor(behaviour, 2);
        let is_plain = behaviour == Behaviour::Twin;
        assert_eq!(actor.incoming(&own), is_plain.then(|| own.clone()), "{behaviour:?}");
        assert_eq!(actor.incoming(&held), Some(if is_plain { held.clone() } else { none_held.clone() }));
        assert_eq!(actor.incoming(&other), Some(other.clone()));
    }
}
