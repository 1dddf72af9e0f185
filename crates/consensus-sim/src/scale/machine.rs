//! Cores and the threads that want them: whoever had least so far runs next, a slice at a time, as the system's
//! scheduler does it.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    costs::{MILLISECOND, Nanos},
    lanes::{Lane, Then},
};

/// How long a thread runs before others may: a tick of a system with HZ=250.
const SLICE: Nanos = 4 * MILLISECOND;

/// A thread's number, in the whole world.
pub(super) type ThreadId = usize;

/// What a thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Asleep,
    /// Wants a core: for what is left of its work, or (`Thread::fresh`) to look for work.
    Ready,
    Running,
    /// Waits for the disk.
    Blocked,
}

/// A thread.
#[derive(Debug)]
pub(super) struct Thread {
    pub node: usize,
    pub lane: Lane,
    machine: usize,
    state: State,
    /// Processor time so far, moved forward when it slept.
    had: Nanos,
    /// Of its present work.
    left: Nanos,
    disk: Nanos,
    then: Vec<Then>,
    fresh: bool,
    slept: bool,
}

/// The cores of one machine.
#[derive(Debug, Default)]
pub(super) struct Machine {
    free: usize,
    ready: BinaryHeap<Reverse<(Nanos, ThreadId)>>,
    /// What the last thread that was let run had.
    line: Nanos,
}

/// What a thread that was let run does first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It must look for work ([`Cores::give`] or [`Cores::sleep`]); whether it slept.
    Look(ThreadId, bool),
    /// It runs until a slice of this length is over.
    Run(ThreadId, Nanos),
}

/// What a slice ended with.
#[derive(Debug)]
pub(super) enum Ended {
    /// The work goes on.
    Slice,
    /// It waits so long for the disk.
    Disk(Nanos),
    /// It is done.
    Done(Vec<Then>),
}

/// All machines and all threads.
#[derive(Debug, Default)]
pub(super) struct Cores {
    machines: Vec<Machine>,
    pub threads: Vec<Thread>,
}

impl Cores {
    /// A machine more; its number.
    pub fn add_machine(&mut self, cores: usize) -> usize {
        self.machines.push(Machine { free: cores, ..Machine::default() });
        self.machines.len() - 1
    }

    /// A thread more; its number.
    pub fn add_thread(&mut self, machine: usize, node: usize, lane: Lane) -> ThreadId {
        let (state, then) = (State::Asleep, Vec::new());
        let (fresh, slept) = (true, true);
        self.threads.push(Thread {
            node,
            lane,
            machine,
            state,
            had: 0,
            left: 0,
            disk: 0,
            then,
            fresh,
            slept,
        });
        self.threads.len() - 1
    }

    /// Wakes one thread that sleeps, if there is one among these; its machine.
    pub fn wake(&mut self, among: &[ThreadId]) -> Option<usize> {
        let id = *among.iter().find(|id| self.threads[**id].state == State::Asleep)?;
        let machine = self.threads[id].machine;
        // Who slept has no credit.
        self.threads[id].had = self.threads[id].had.max(self.machines[machine].line);
        self.threads[id].fresh = true;
        self.threads[id].slept = true;
        self.line_up(id);
        Some(machine)
    }

    fn line_up(&mut self, id: ThreadId) {
        let Thread { machine, had, .. } = self.threads[id];
        self.threads[id].state = State::Ready;
        self.machines[machine].ready.push(Reverse((had, id)));
    }

    /// Lets the next thread run, if a core is free.
    pub fn next(&mut self, machine: usize) -> Option<Turn> {
        let cores = &mut self.machines[machine];
        if cores.free == 0 {
            return None;
        }
        let Reverse((had, id)) = cores.ready.pop()?;
        cores.free -= 1;
        cores.line = cores.line.max(had);
        let thread = &mut self.threads[id];
        thread.state = State::Running;
        Some(if thread.fresh {
            Turn::Look(id, std::mem::take(&mut thread.slept))
        } else {
            Turn::Run(id, thread.left.min(SLICE))
        })
    }

    /// The thread found work; how long its first slice is.
    pub fn give(&mut self, id: ThreadId, cpu: Nanos, disk: Nanos, then: Vec<Then>) -> Nanos {
        let thread = &mut self.threads[id];
        (thread.left, thread.disk, thread.then, thread.fresh) = (cpu, disk, then, false);
        cpu.min(SLICE)
    }

    /// The thread found nothing: it sleeps.
    pub fn sleep(&mut self, id: ThreadId) {
        let thread = &mut self.threads[id];
        thread.state = State::Asleep;
        self.machines[thread.machine].free += 1;
    }

    /// A slice is over.
    pub fn ended(&mut self, id: ThreadId, slice: Nanos) -> Ended {
        let thread = &mut self.threads[id];
        thread.had += slice;
        thread.left -= slice;
        self.machines[thread.machine].free += 1;
        if thread.left > 0 {
            self.line_up(id);
            return Ended::Slice;
        }
        if thread.disk > 0 {
            thread.state = State::Blocked;
            return Ended::Disk(std::mem::take(&mut thread.disk));
        }
        Ended::Done(self.done(id))
    }

    /// Its work is done, the disk's too: it looks for more.
    pub fn done(&mut self, id: ThreadId) -> Vec<Then> {
        let then = std::mem::take(&mut self.threads[id].then);
        self.threads[id].fresh = true;
        self.line_up(id);
        then
    }

    /// Which machine runs it.
    pub fn machine_of(&self, id: ThreadId) -> usize {
        self.threads[id].machine
    }
}

#[cfg(test)]
mod tests {
    use super::{Cores, Ended, Lane, SLICE, Turn};

    #[test]
    fn who_had_least_runs_next_and_cores_are_as_many_as_there_are() {
        let mut cores = Cores::default();
        let machine = cores.add_machine(1);
        let [one, two] = [Lane::Executor, Lane::Consensus].map(|lane| cores.add_thread(machine, 0, lane));
        assert_eq!(cores.wake(&[one]), Some(machine));
        assert_eq!(cores.wake(&[one]), None, "it is awake");
        assert_eq!(cores.wake(&[two]), Some(machine));
        assert_eq!(cores.next(machine), Some(Turn::Look(one, true)));
        assert_eq!(cores.next(machine), None, "there is one core");
        assert_eq!(cores.give(one, 3 * SLICE, 7, Vec::new()), SLICE);
        assert!(matches!(cores.ended(one, SLICE), Ended::Slice));
        assert_eq!(cores.next(machine), Some(Turn::Look(two, true)), "the other had nothing yet");
        cores.sleep(two);
        for _ in 0..2 {
            assert_eq!(cores.next(machine), Some(Turn::Run(one, SLICE)));
            let ended = cores.ended(one, SLICE);
            assert!(matches!(ended, Ended::Slice | Ended::Disk(7)), "{ended:?}");
        }
        assert_eq!(cores.next(machine), None, "it waits for the disk");
        assert!(cores.done(one).is_empty());
        assert_eq!(cores.next(machine), Some(Turn::Look(one, false)));
    }
}
