//! Requirement 19, a primary just under the timer: when it is found slow, and what excuses it.

use consensus::Input;
use types::{Proposal, TimeMs};

use crate::bench::{Bench, WALL, batch, h, hash_at, proposal};

/// What happens to a backup.
#[derive(Clone, Copy)]
enum Act {
    /// So many more batches are certified.
    Offer(u64),
    /// So many ms pass.
    Wait(u64),
    /// The primary orders, at the next height, all that were offered since it did so last.
    Propose,
    /// What was proposed is decided, executed and certified.
    Settle,
}

use Act::{Offer, Propose, Settle, Wait};

struct Play {
    bench: Bench,
    offered: u64,
    taken: u64,
    proposed: Vec<Proposal>,
    settled: usize,
}

impl Play {
    fn act(&mut self, act: Act) {
        match act {
            Offer(count) => {
                (self.offered..self.offered + count).for_each(|s| drop(self.bench.offer(batch(2, s))));
                self.offered += count;
            }
            Wait(ms) => assert_eq!(self.bench.pass(ms).iter().find(|line| line.contains("view")), None),
            Propose => {
                let batches: Vec<_> = (self.taken..self.offered).map(|s| batch(2, s)).collect();
                self.taken = self.offered;
                let height = self.proposed.len() as u64 + 1;
                let below = height.checked_sub(8).filter(|below| *below > 0);
                let certificate = |below| self.bench.world.certificate(below, hash_at(below), &[0, 1, 2]);
                let time = TimeMs::new(WALL + self.bench.now);
                let participation = below.map(certificate);
                let fresh = Proposal { time, participation, ..proposal(&batches) };
                let message = self.bench.world.pre_prepare(0, height, &fresh);
                self.bench.receive(0, message);
                assert_eq!(
                    self.bench.replica.status().in_flight,
                    (self.proposed.len() + 1 - self.settled) as u64
                );
                self.proposed.push(fresh);
            }
            Settle => {
                for height in self.settled..self.proposed.len() {
                    self.settle(height as u64 + 1, self.proposed[height].clone());
                }
                self.settled = self.proposed.len();
            }
        }
    }

    fn settle(&mut self, height: u64, proposal: Proposal) {
        let world = self.bench.world.clone();
        let bench = &mut self.bench;
        bench.durable();
        for signer in [1, 2] {
            bench.receive(signer, world.prepare(signer, 0, height, &proposal));
        }
        bench.durable();
        for signer in [0, 1, 2] {
            bench.receive(signer, world.commit(signer, 0, height, &proposal));
        }
        bench.executed(height, &proposal);
        for signer in [0, 1, 2] {
            bench.receive(signer, world.checkpoint(signer, height, hash_at(height)));
        }
        bench.input(Input::CertificateDurable(h(height)));
        assert_eq!(bench.replica.status().low, h(height));
    }

    /// With round trips of 5 ms.
    fn finds_slow(mut self) -> bool {
        let echo_ms = self.bench.now - 5;
        for peer in [0, 1, 2] {
            self.bench.status_as(peer, |status| (status.sent_at_ms, status.echo_ms) = (1, echo_ms));
        }
        self.bench.pass(260).contains(&"notice view change to 1: slow_primary".to_owned())
    }
}

#[test]
fn r19_a_primary_that_lets_batches_wait_is_slow_and_one_that_cannot_propose_is_not() {
    let late = |count| vec![Offer(count), Wait(400), Propose, Settle];
    let at_once = |count| vec![Offer(count), Propose, Settle];
    // L is 8: after eight proposals the window is full.
    let full = [Offer(1), Propose].repeat(8);
    // The bound is max(1000 / 4, 10 x 5) ms.
    let table: [(&str, Vec<Vec<Act>>, bool); 7] = [
        ("64 waited for 400 ms", vec![late(64)], true),
        ("63 are too few to tell", vec![late(63)], false),
        ("64 waited for 200 ms", vec![vec![Offer(64), Wait(200), Propose, Settle]], false),
        ("most waited, the newest 16 did not: it was slow, it is not", vec![late(48), at_once(16)], false),
        ("the newest 7 did not: it is slow", vec![late(57), at_once(7)], true),
        (
            "all of them waited while the window was full",
            vec![full.clone(), vec![Offer(64), Wait(400), Settle, Propose, Settle]],
            false,
        ),
        (
            "the window was full, and then they waited",
            vec![full, vec![Offer(64), Settle, Wait(400), Propose, Settle]],
            true,
        ),
    ];
    for (about, acts, expected) in table {
        // The view has stood for T.
        assert_eq!(found_slow([vec![Wait(1000)], acts.concat()].concat()), expected, "{about}");
    }
}

/// Seed 28: the primary of a new view was late with what the one before had left.
#[test]
fn r19_a_primary_is_not_slow_in_the_first_t_of_its_view() {
    assert!(!found_slow(vec![Offer(64), Wait(400), Propose, Settle]));
    assert!(!found_slow(vec![Offer(64), Wait(999), Propose, Settle, Wait(1)]));
}

fn found_slow(acts: Vec<Act>) -> bool {
    let bench = Bench::new(4, 3);
    let mut play = Play { bench, offered: 0, taken: 0, proposed: Vec::new(), settled: 0 };
    acts.into_iter().for_each(|act| play.act(act));
    play.finds_slow()
}
