//! Time: events in their order, threads on cores, frames on links, clients' load.

use std::{cmp::Reverse, collections::BinaryHeap, rc::Rc};

use types::{ValidatorIndex, View};

use super::{
    costs::{MILLISECOND, Nanos, SECOND},
    frame::{Content, Frame},
    lanes::{Item, Lane, Then, Work},
    machine::{Cores, Ended, ThreadId, Turn},
    meter::{Meter, percentile},
    node::{Node, Rules},
    plan::{Load, Machines, Plan},
    pool::{Group, TICK},
    prediction::Prediction,
};

/// How often clients come.
const LOAD_INTERVAL: Nanos = MILLISECOND;
/// How often the load is adjusted.
const ADJUST_INTERVAL: Nanos = 250 * MILLISECOND;
/// How often a gathering worker looks.
const LOOK_INTERVAL: Nanos = 5 * MILLISECOND;

/// What can happen.
#[derive(Debug)]
enum Event {
    /// A slice of a thread's work is over.
    Slice(ThreadId, Nanos),
    /// The disk has done what a thread waits for.
    Disk(ThreadId),
    /// A frame comes to the receiver's link.
    Arrive(usize, Rc<Frame>),
    /// It has passed it.
    Delivered(usize, Rc<Frame>),
    /// The replica's deadline.
    Alarm(usize),
    /// A batch may be due.
    Maker(usize),
    /// What is gathered may be enough.
    Gather(usize, Lane),
    /// Clients come.
    Load,
    /// The mempools' tick.
    Tick,
    /// The load is adjusted.
    Adjust,
    /// The window opens.
    Begin,
}

struct Entry(Nanos, u64, Event);

/// All of it.
pub(super) struct World {
    plan: Plan,
    rules: Rules,
    now: Nanos,
    events: BinaryHeap<Reverse<Entry>>,
    created: u64,
    nodes: Vec<Node>,
    cores: Cores,
    meter: Meter,
    /// Transactions per second, where the load is what the network takes.
    rate: f64,
}

impl World {
    /// A world about to start.
    pub fn new(plan: &Plan) -> Option<Self> {
        let rules = Rules::new(plan)?;
        let meter = Meter::new(plan.validators, plan.warmup, plan.warmup + plan.window);
        let mut world = Self {
            plan: plan.clone(),
            rules,
            now: 0,
            events: BinaryHeap::new(),
            created: 0,
            nodes: Vec::new(),
            cores: Cores::default(),
            meter,
            rate: plan.first_rate,
        };
        let shared = match plan.machines {
            Machines::Shared(cores) => Some(world.cores.add_machine(cores)),
            Machines::Own(_) => None,
        };
        for place in 0..plan.validators {
            let index = ValidatorIndex::new(u16::try_from(place).ok()?);
            let (mut node, effects) = Node::new(index, plan.link, &world.rules);
            let machine = shared.unwrap_or_else(|| world.cores.add_machine(plan.cores()));
            for lane in Lane::ALL {
                let threads = (0..lane.threads(plan.cores()))
                    .map(|_| world.cores.add_thread(machine, place, lane))
                    .collect();
                node.threads[lane as usize] = threads;
            }
            let mut work = Work { then: vec![Then::Alarm], ..Work::default() };
            node.follow(effects, 0, &mut work);
            world.nodes.push(node);
            world.carry_out(place, work.then);
        }
        for event in [Event::Load, Event::Tick, Event::Adjust] {
            world.push(0, event);
        }
        world.push(plan.warmup, Event::Begin);
        Some(world)
    }

    /// Lets time pass until the window closes.
    pub fn run(mut self) -> Prediction {
        while let Some(Reverse(Entry(at, _, event))) = self.events.pop() {
            if at > self.meter.end {
                break;
            }
            self.now = at;
            self.happen(event);
        }
        let view = self.nodes[0].replica.status().view;
        let primary = self.rules.validators.primary(types::Epoch::ZERO, view.max(View::ZERO));
        let after: Vec<_> = self.nodes.iter().map(Node::reading).collect();
        Prediction::new(&self.plan, self.meter, &after, usize::from(primary.get()))
    }

    fn push(&mut self, at: Nanos, event: Event) {
        self.created += 1;
        self.events.push(Reverse(Entry(at, self.created, event)));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Slice(thread, slice) => self.slice_ended(thread, slice),
            Event::Disk(thread) => {
                let then = self.cores.done(thread);
                self.carry_out(self.cores.threads[thread].node, then);
                self.dispatch(self.cores.machine_of(thread));
            }
            Event::Arrive(to, frame) => {
                let at = self.nodes[to].ingress.pass(self.now, frame.bytes, frame.urgency());
                self.push(at, Event::Delivered(to, frame));
            }
            Event::Delivered(to, frame) => self.queue(to, Lane::Network, Item::Receive(frame)),
            Event::Alarm(place) => {
                if self.nodes[place].alarm == Some(self.now) {
                    self.nodes[place].alarm = None;
                    self.queue(place, Lane::Consensus, Item::Input(None));
                }
            }
            Event::Maker(place) => {
                if self.nodes[place].maker_alarm == Some(self.now) {
                    self.nodes[place].maker_alarm = None;
                    self.make(place);
                }
            }
            Event::Gather(place, lane) => {
                self.nodes[place].gathering[lane as usize] = false;
                if let Some(machine) = self.cores.wake(&self.nodes[place].threads[lane as usize]) {
                    self.dispatch(machine);
                }
            }
            Event::Load => self.load(),
            Event::Tick => self.tick(),
            Event::Adjust => self.adjust(),
            Event::Begin => self.meter.before = self.nodes.iter().map(Node::reading).collect(),
        }
    }

    fn slice_ended(&mut self, thread: ThreadId, slice: Nanos) {
        let (node, lane) = (self.cores.threads[thread].node, self.cores.threads[thread].lane);
        self.meter.worked(self.now, node, lane, slice, 0);
        match self.cores.ended(thread, slice) {
            Ended::Slice => {}
            Ended::Disk(wait) => {
                self.meter.worked(self.now, node, lane, 0, wait);
                self.push(self.now + wait, Event::Disk(thread));
            }
            Ended::Done(then) => self.carry_out(node, then),
        }
        self.dispatch(self.cores.machine_of(thread));
    }

    /// Lets threads run while there are cores.
    fn dispatch(&mut self, machine: usize) {
        while let Some(turn) = self.cores.next(machine) {
            match turn {
                Turn::Run(thread, slice) => self.push(self.now + slice, Event::Slice(thread, slice)),
                Turn::Look(thread, slept) => {
                    let (node, lane) = (self.cores.threads[thread].node, self.cores.threads[thread].lane);
                    match self.nodes[node].look(lane, self.now, &self.rules) {
                        None => {
                            self.cores.sleep(thread);
                            self.look_again(node, lane);
                        }
                        Some(work) => {
                            let cpu = work.cpu + if slept { self.rules.costs.wake } else { 0 };
                            let slice = self.cores.give(thread, cpu, work.disk, work.then);
                            self.push(self.now + slice, Event::Slice(thread, slice));
                        }
                    }
                }
            }
        }
    }

    /// What is gathered is looked at again soon.
    fn look_again(&mut self, place: usize, lane: Lane) {
        let node = &mut self.nodes[place];
        if !node.queue(lane).is_empty() && !std::mem::replace(&mut node.gathering[lane as usize], true) {
            self.push(self.now + LOOK_INTERVAL, Event::Gather(place, lane));
        }
    }

    fn queue(&mut self, place: usize, lane: Lane, item: Item) {
        self.nodes[place].queue(lane).push_back(item);
        if let Some(machine) = self.cores.wake(&self.nodes[place].threads[lane as usize]) {
            self.dispatch(machine);
        }
    }

    fn carry_out(&mut self, place: usize, then: Vec<Then>) {
        for then in then {
            match then {
                Then::Queue(lane, item) => self.queue(place, lane, item),
                Then::Wire(frame, to) => self.wire(place, &frame, to),
                Then::Admitted(group) => self.nodes[place].pool.admit(self.now, group),
                Then::Judged(had_waited) => {
                    self.nodes[place].pool.judged(had_waited);
                    self.make(place);
                }
                Then::Packed(body) => {
                    self.meter.batches += u64::from(self.meter.is_open(self.now));
                    let node = &mut self.nodes[place];
                    node.pool.packed(&body, self.now);
                    let frame = Frame::new(node.index, Content::Batch(Rc::clone(&body)));
                    self.queue(place, Lane::Network, Item::Send(frame, None));
                    self.queue(place, Lane::BatchStore, Item::Store(body));
                }
                Then::Stored(reference) => {
                    let node = &mut self.nodes[place];
                    if let Some(body) = node.pool.body(&reference.digest).cloned() {
                        let then = node.stored(&body, self.now, &self.rules);
                        self.carry_out(place, then);
                        self.make(place);
                    }
                }
                Then::Alarm => self.set_alarm(place),
                Then::Told(height) => {
                    let later = self.nodes[place].untold.split_off(&height.next());
                    let told = std::mem::replace(&mut self.nodes[place].untold, later);
                    let groups: Vec<Group> =
                        told.into_values().flatten().flat_map(|body| body.groups.clone()).collect();
                    if !groups.is_empty() {
                        self.queue(place, Lane::Network, Item::Outcomes(groups));
                    }
                }
                Then::Answered(groups) => {
                    let count: u64 = groups.iter().map(|group| group.count).sum();
                    self.nodes[place].outstanding -= count;
                    self.meter.answered(self.now, &groups);
                }
            }
        }
    }

    fn wire(&mut self, from: usize, frame: &Rc<Frame>, to: Option<ValidatorIndex>) {
        let receivers = match to {
            Some(to) => usize::from(to.get())..usize::from(to.get()) + 1,
            None => 0..self.nodes.len(),
        };
        let urgency = frame.urgency();
        // Whoever comes first in the set is not always served first.
        let (first, count) = (from + 1, receivers.len());
        for step in 0..count {
            let to = if count == 1 { receivers.start } else { (first + step) % count };
            if to == from {
                continue;
            }
            let left = self.nodes[from].egress.pass(self.now, frame.bytes, urgency);
            let at = left + self.plan.places.delay(from, to);
            self.push(at, Event::Arrive(to, Rc::clone(frame)));
        }
    }

    /// Packs what is due; else looks again when it will be.
    fn make(&mut self, place: usize) {
        let node = &mut self.nodes[place];
        let Some(due) = node.pool.due(self.now, &self.rules) else { return };
        if due > self.now {
            if node.maker_alarm.is_none_or(|at| at > due) {
                node.maker_alarm = Some(due);
                self.push(due, Event::Maker(place));
            }
            return;
        }
        let body = node.pool.take(node.index, Rules::clock(self.now).wall, &self.rules);
        self.queue(place, Lane::Maker, Item::Pack(Rc::new(body)));
        self.make(place);
    }

    fn set_alarm(&mut self, place: usize) {
        let node = &mut self.nodes[place];
        let Some(deadline) = node.replica.next_deadline() else { return };
        let at = (deadline.0 * MILLISECOND).max(self.now + MILLISECOND);
        if node.alarm.is_none_or(|alarm| at < alarm) {
            node.alarm = Some(at);
            self.push(at, Event::Alarm(place));
        }
    }

    fn tick(&mut self) {
        for place in 0..self.nodes.len() {
            let one_honest = self.rules.validators.one_honest();
            let node = &mut self.nodes[place];
            let proofs = node.pool.prove_waiting(self.now, one_honest);
            let mut then: Vec<_> = proofs.into_iter().flat_map(|proof| node.announce(proof)).collect();
            for (peer, digest) in node.pool.fetches(self.now) {
                let frame = Frame::new(node.index, Content::Fetch(digest));
                then.push(Then::Queue(Lane::Network, Item::Send(frame, Some(peer))));
            }
            self.carry_out(place, then);
            self.make(place);
        }
        self.push(self.now + TICK, Event::Tick);
    }

    /// Clients come evenly, whether or not others were answered.
    fn load(&mut self) {
        let rate = match self.plan.load {
            Load::Most(_) => self.rate,
            Load::Rate(rate) => rate,
        };
        let each = rate / self.nodes.len() as f64 * LOAD_INTERVAL as f64 / SECOND as f64;
        for place in 0..self.nodes.len() {
            let node = &mut self.nodes[place];
            node.share += each;
            let count = node.share as u64;
            if count == 0 {
                continue;
            }
            node.share -= count as f64;
            node.outstanding += count;
            let group = Group { due: self.now, count };
            match self.plan.machines {
                Machines::Own(_) => self.queue(place, Lane::Network, Item::Api(group)),
                Machines::Shared(_) => self.queue(place, Lane::Client, Item::Sign(group)),
            }
        }
        self.push(self.now + LOAD_INTERVAL, Event::Load);
    }

    /// As much load as is answered, a little more while answers come early, less while too much is in the air.
    fn adjust(&mut self) {
        let Load::Most(wanted) = self.plan.load else { return };
        let mut lately = std::mem::take(&mut self.meter.lately);
        let answered = lately.iter().map(|(_, count)| count).sum::<u64>() as f64
            / (ADJUST_INTERVAL as f64 / SECOND as f64);
        let outstanding = self.nodes.iter().map(|node| node.outstanding).sum::<u64>() as f64;
        if let Some(found) = percentile(&mut lately, 500) {
            // How long what is in the air will take at the rate at which answers come (Little).
            let ahead = (outstanding / answered * SECOND as f64).max(found as f64);
            let ratio = wanted as f64 / ahead;
            let most = if ratio > 1.6 { 1.5 } else { 1.15 };
            self.rate = (answered * (0.5 + ratio / 2.0).clamp(0.85, most)).max(self.plan.first_rate / 8.0);
        }
        self.push(self.now + ADJUST_INTERVAL, Event::Adjust);
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}
