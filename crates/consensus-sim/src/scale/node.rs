//! A simulated validator: the real replica and verifier, its mempool, its executor, and what waits for its threads.

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
    sync::Arc,
};

use consensus::{
    Clock, Effect, Monotonic, Replica, ReplicaConfig,
    record::{Recovery, Voting},
    verify::Verifier,
};
use types::{ChainId, Epoch, Height, Parameters, Signature, TimeMs, ValidatorIndex, ValidatorSet};

use super::{
    costs::{Costs, MILLISECOND, Nanos},
    identity::{Counted, Counting},
    lanes::{Lane, Queue},
    links::Pipe,
    machine::ThreadId,
    plan::Plan,
    pool::{Body, Pool},
};

/// Wall clock at virtual time 0, in ms.
const WALL_START_MS: u64 = 1_700_000_000_000;
/// Every signature.
pub(super) const SIGNATURE: Signature = Signature::new([1; 64]);

/// What is the same for all validators.
#[derive(Debug)]
pub(super) struct Rules {
    pub chain: ChainId,
    pub validators: Arc<ValidatorSet>,
    pub parameters: Parameters,
    pub costs: Costs,
    pub transaction_bytes: u64,
}

/// A validator.
pub(super) struct Node {
    pub index: ValidatorIndex,
    pub replica: Replica,
    pub verifier: Verifier,
    pub counted: Arc<Counted>,
    pub pool: Pool,
    /// Indexed by lane.
    pub queues: Vec<Queue>,
    pub threads: Vec<Vec<ThreadId>>,
    pub egress: Pipe,
    pub ingress: Pipe,
    /// When the replica wants to be woken, and the maker.
    pub alarm: Option<Nanos>,
    pub maker_alarm: Option<Nanos>,
    /// A worker will look again at what this lane gathers.
    pub gathering: [bool; Lane::ALL.len()],
    /// The last executed height and its time.
    pub executed: (Height, TimeMs),
    /// Own batches of executed blocks whose clients were not told.
    pub untold: BTreeMap<Height, Vec<Rc<Body>>>,
    /// Transactions of its clients without an outcome.
    pub outstanding: u64,
    /// Parts of a transaction that are due.
    pub share: f64,
    pub views: u64,
}

impl Rules {
    /// The rules of a plan; `None` where its validators form no set.
    pub fn new(plan: &Plan) -> Option<Self> {
        Some(Self {
            chain: ChainId::new([7; 32]),
            validators: Arc::new(super::identity::set(plan.validators).ok()?),
            parameters: Parameters::default(),
            costs: plan.costs.clone(),
            transaction_bytes: plan.transaction_bytes,
        })
    }

    /// How many validators there are.
    pub fn n(&self) -> u64 {
        self.validators.len() as u64
    }

    /// What all clocks show.
    pub fn clock(now: Nanos) -> Clock {
        let ms = now / MILLISECOND;
        Clock { monotonic: Monotonic(ms), wall: TimeMs::new(WALL_START_MS + ms) }
    }
}

impl Node {
    /// A validator that just started, and what its replica wants done.
    pub fn new(index: ValidatorIndex, link: u64, rules: &Rules) -> (Self, Vec<Effect>) {
        let counted = Arc::new(Counted::default());
        let verifier = Verifier::new(
            rules.chain,
            Arc::clone(&rules.validators),
            Epoch::ZERO,
            Height::ZERO,
            rules.parameters.clone(),
            Arc::new(Counting(Arc::clone(&counted))),
        );
        let config = ReplicaConfig {
            chain: rules.chain,
            validators: Arc::clone(&rules.validators),
            parameters: rules.parameters.clone(),
            epoch: Epoch::ZERO,
            base: Height::ZERO,
            voting: Voting::Active(index),
            recall: false,
        };
        let (replica, effects) = Replica::new(config, Recovery::default(), Rules::clock(0));
        let node = Self {
            index,
            replica,
            verifier,
            counted,
            pool: Pool::default(),
            queues: Lane::ALL.map(|_| VecDeque::new()).into(),
            threads: Lane::ALL.map(|_| Vec::new()).into(),
            egress: Pipe::new(link),
            ingress: Pipe::new(link),
            alarm: None,
            maker_alarm: None,
            gathering: [false; Lane::ALL.len()],
            executed: (Height::ZERO, TimeMs::default()),
            untold: BTreeMap::new(),
            outstanding: 0,
            share: f64::from(index.get()) / rules.validators.len() as f64,
            views: 0,
        };
        (node, effects)
    }

    /// What waits for a lane.
    pub fn queue(&mut self, lane: Lane) -> &mut Queue {
        &mut self.queues[lane as usize]
    }
}
