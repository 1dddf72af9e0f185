//! The gate: every rule that a message must keep.

use std::sync::Arc;

use consensus::{Horizon, Message, NewView, Rejected, Statement, Verifier, ViewChange, Zip215};
use types::{Certificate, Epoch, Signature, View};

use crate::bench::{CHAIN, World, batch, h, hash_at, parameters, proposal, v};

fn rejected(world: &World, message: Message) -> Rejected {
    world.verifier().verify(v(1), message).expect_err("a rule is broken")
}

#[test]
fn r01_certificates_need_q_distinct_signers_of_the_right_set() {
    let world = World::new(4);
    let good = world.certificate(3, hash_at(3), &[0, 1, 3]);
    assert!(world.verifier().verify_certificate(good.clone()).is_ok());
    let short = world.certificate(3, hash_at(3), &[0, 1]);
    let mut twice = good.clone();
    twice.signatures[1] = twice.signatures[0];
    let mut one_repeated = short.clone();
    one_repeated.signatures.push(one_repeated.signatures[1]);
    let foreign = Certificate { signers: vec![0b1_0011], ..good.clone() };
    let wrong_height = Certificate { height: h(4), ..good.clone() };
    let wrong_header = Certificate { header_hash: hash_at(4), ..good.clone() };
    let wrong_epoch = Certificate { epoch: Epoch::new(1), ..good.clone() };
    let long_bitmap = Certificate { signers: vec![0b1011, 0], ..good };
    for bad in [short, twice, one_repeated, foreign, wrong_height, wrong_header, wrong_epoch, long_bitmap] {
        assert!(world.verifier().verify_certificate(bad.clone()).is_err(), "{bad:?}");
        assert!(world.verifier().verify(v(1), Message::Certificate(bad)).is_err());
    }
}

#[test]
fn r01_certificates_that_come_together_are_judged_each_for_itself() {
    let world = World::new(4);
    let good = |height| world.certificate(height, hash_at(height), &[0, 1, 3]);
    let short = world.certificate(3, hash_at(3), &[0, 1]);
    let wrong_height = Certificate { height: h(4), ..good(3) };
    let together = vec![short.clone(), good(3), wrong_height.clone(), good(4), short, good(5)];
    let judged = world.verifier().verify_certificates(together);
    let heights: Vec<_> = judged.iter().map(|one| one.as_ref().ok().map(|one| one.get().height)).collect();
    assert_eq!(heights, [None, Some(h(3)), None, Some(h(4)), None, Some(h(5))]);
    assert!(world.verifier().verify_certificates(vec![wrong_height])[0].is_err());
    assert!(world.verifier().verify_certificates(Vec::new()).is_empty());
}

#[test]
fn r01_six_validators_need_four() {
    let world = World::new(6);
    assert!(world.verifier().verify_certificate(world.certificate(3, hash_at(3), &[0, 1, 2])).is_err());
    assert!(world.verifier().verify_certificate(world.certificate(3, hash_at(3), &[0, 1, 2, 5])).is_ok());
}

#[test]
fn r25_votes_bind_kind_view_height_digest_epoch_and_signer() {
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    let Message::Signed(good) = world.prepare(2, 0, 1, &a) else { panic!() };
    let Statement::Prepare(vote) = good.statement else { panic!() };
    let mutants = [
        consensus::SignedStatement { statement: Statement::Commit(vote), ..good.clone() },
        consensus::SignedStatement { signer: v(3), ..good.clone() },
        consensus::SignedStatement { signer: v(4), ..good.clone() },
        consensus::SignedStatement { epoch: Epoch::new(1), ..good.clone() },
        consensus::SignedStatement {
            statement: Statement::Prepare(consensus::Vote { view: View::new(1), ..vote }),
            ..good.clone()
        },
        consensus::SignedStatement {
            statement: Statement::Prepare(consensus::Vote { height: h(2), ..vote }),
            ..good.clone()
        },
        consensus::SignedStatement {
            statement: Statement::Prepare(consensus::Vote { digest: proposal(&[]).digest(), ..vote }),
            ..good.clone()
        },
        consensus::SignedStatement { signature: Signature::new([1; 64]), ..good.clone() },
    ];
    assert!(world.verifier().verify(v(2), Message::Signed(good)).is_ok());
    for mutant in mutants {
        rejected(&world, Message::Signed(mutant));
    }
    rejected(&world, world.prepare(0, 0, 1, &a));
    rejected(&world, Message::Signed(world.sign(0, Statement::PrePrepare(vote))));
}

#[test]
fn pre_prepares_come_from_the_primary_with_their_proposal() {
    let world = World::new(4);
    let (a, b) = (proposal(&[batch(2, 0)]), proposal(&[]));
    let Message::PrePrepare { signed, .. } = world.pre_prepare(0, 1, &a) else { panic!() };
    assert_eq!(
        rejected(&world, Message::PrePrepare { signed: signed.clone(), proposal: b }),
        Rejected::Shape("the proposal is not the one that is signed")
    );
    let imposter = world.sign(1, signed.statement.clone());
    rejected(&world, Message::PrePrepare { signed: imposter, proposal: a.clone() });
    let early =
        types::Proposal { participation: Some(world.certificate(1, hash_at(1), &[0, 1, 2])), ..a.clone() };
    rejected(&world, world.pre_prepare(0, 8, &early));
    assert!(world.verifier().verify(v(0), world.pre_prepare(0, 9, &early)).is_ok());
    let forged = Certificate { header_hash: hash_at(2), ..world.certificate(1, hash_at(1), &[0, 1, 2]) };
    let forged = types::Proposal { participation: Some(forged), ..a };
    assert_eq!(rejected(&world, world.pre_prepare(0, 9, &forged)), Rejected::Signature);
}

#[test]
fn r07_prepared_certificates_inside_view_changes_are_checked() {
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    let good = world.prepared(0, 1, &a);
    let with = |prepared| Message::Signed(world.view_change(2, 1, None, vec![prepared]));
    assert!(world.verifier().verify(v(2), with(good.clone())).is_ok());
    let mut short = good.clone();
    short.prepares.pop();
    let mut twice = good.clone();
    twice.prepares[1] = twice.prepares[0];
    let mut by_primary = good.clone();
    by_primary.prepares[0].0 = v(0);
    let mut forged = good.clone();
    forged.prepares[1].1 = Signature::new([9; 64]);
    let mut other = good.clone();
    other.vote.digest = proposal(&[]).digest();
    let not_lower = world.prepared(1, 1, &a);
    let outside = world.prepared(0, 9, &a);
    for bad in [short, twice, by_primary, forged, other, not_lower, outside] {
        rejected(&world, with(bad));
    }
    let unordered = vec![world.prepared(0, 2, &a), world.prepared(0, 1, &a)];
    rejected(&world, Message::Signed(world.view_change(2, 1, None, unordered)));
    let below = world.view_change(2, 1, Some(world.certificate(1, hash_at(1), &[0, 1, 2])), vec![good]);
    rejected(&world, Message::Signed(below));
    rejected(&world, Message::Signed(world.view_change(2, 0, None, vec![])));
}

#[test]
fn r06_a_new_view_holds_q_view_changes_for_it_and_the_primarys_own() {
    let world = World::new(4);
    let changes =
        |signers: &[u16]| signers.iter().map(|s| world.view_change(*s, 1, None, vec![])).collect::<Vec<_>>();
    assert!(world.verifier().verify(v(1), world.new_view(1, changes(&[0, 1, 2]))).is_ok());
    rejected(&world, world.new_view(1, changes(&[0, 1])));
    rejected(&world, world.new_view(1, changes(&[0, 1, 1])));
    rejected(&world, world.new_view(1, changes(&[1, 0, 2])));
    rejected(&world, world.new_view(1, changes(&[0, 2, 3])));
    let mut foreign = changes(&[0, 1]);
    foreign.push(world.view_change(2, 2, None, vec![]));
    rejected(&world, world.new_view(1, foreign));
    let by_another = Statement::NewView(NewView { view: View::new(1), view_changes: changes(&[0, 1, 2]) });
    rejected(&world, Message::Signed(world.sign(2, by_another)));
    let mut tampered = changes(&[0, 1, 2]);
    tampered[2].statement = Statement::ViewChange(ViewChange {
        view: View::new(1),
        stable: Some(world.certificate(1, hash_at(1), &[0, 1, 2])),
        prepared: vec![],
    });
    assert_eq!(rejected(&world, world.new_view(1, tampered)), Rejected::Signature);
}

#[test]
fn b51_far_votes_cost_no_signature_check() {
    let world = World::new(4);
    let a = proposal(&[]);
    let verifier = world.verifier();
    verifier.set_horizon(Horizon { view: View::new(100), low: h(1_000) });
    for (view, height) in [(110, 1_001), (90, 1_001), (u64::MAX, 1_001), (100, 1_033), (100, u64::MAX)] {
        let Message::Signed(mut vote) = world.prepare(2, 0, 1, &a) else { panic!() };
        vote.statement = Statement::Commit(consensus::Vote {
            view: View::new(view),
            height: h(height),
            digest: a.digest(),
        });
        let why = verifier.verify(v(2), Message::Signed(vote)).expect_err("far");
        assert!(matches!(why, Rejected::FarView { .. } | Rejected::FarHeight { .. }), "{why}");
    }
}

#[test]
fn many_messages_are_judged_each_for_itself() {
    let world = World::new(4);
    let a = proposal(&[]);
    let mut messages: Vec<_> = (1..=8).map(|height| (v(2), world.commit(2, 0, height, &a))).collect();
    let Message::Signed(bad) = &mut messages[3].1 else { panic!() };
    bad.signature = Signature::new([3; 64]);
    let Message::Signed(misshapen) = &mut messages[5].1 else { panic!() };
    misshapen.epoch = Epoch::new(9);
    let good: Vec<bool> = world.verifier().verify_all(messages).iter().map(Result::is_ok).collect();
    assert_eq!(good, [true, true, true, false, true, false, true, true]);
}

#[test]
fn availability_proofs_need_f_plus_1_distinct() {
    let world = World::new(4);
    let good = world.proof(batch(2, 0), &[1, 3]);
    assert!(world.verifier().verify(v(1), Message::BatchProof(good.clone())).is_ok());
    let mut other = good.clone();
    other.reference.bytes += 1;
    for bad in [world.proof(batch(2, 0), &[1]), world.proof(batch(2, 0), &[1, 1]), other] {
        rejected(&world, Message::BatchProof(bad));
    }
}

#[test]
fn the_real_scheme_verifies_real_signatures() {
    let world = World::new(4);
    let verifier =
        Verifier::new(CHAIN, Arc::clone(&world.set), Epoch::ZERO, h(0), parameters(), Arc::new(Zip215));
    let statement = Statement::Commit(world.vote(0, 1, &proposal(&[])));
    let mut seed = [1; 32];
    seed[..2].copy_from_slice(&2u16.to_le_bytes());
    let secret = types::SecretKey::from_seed(&seed);
    let signature = secret.sign(&statement.signing_bytes(&CHAIN, Epoch::ZERO));
    let signed = consensus::SignedStatement { signer: v(2), epoch: Epoch::ZERO, statement, signature };
    assert!(verifier.verify(v(2), Message::Signed(signed.clone())).is_ok());
    let wrong = consensus::SignedStatement { signer: v(3), ..signed };
    assert_eq!(verifier.verify(v(2), Message::Signed(wrong)), Err(Rejected::Signature));
}
