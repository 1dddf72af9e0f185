//! What a stretch of load yields and costs: commits per second, and processor time of the nodes that bear it. When
//! another process shares the machine the first suffers, the second does not.

use std::time::Instant;

use crate::Scenario;

/// A stretch that has begun.
#[derive(Debug)]
pub struct Usage {
    nodes: Vec<usize>,
    committed: usize,
    processor: f64,
    start: Instant,
}

/// A stretch that has ended.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    committed: usize,
    processor: f64,
    seconds: f64,
}

impl Usage {
    /// From now on, these nodes; they must not be restarted.
    #[must_use]
    pub fn start(scenario: &mut Scenario, nodes: &[usize]) -> Self {
        let processor = processor(scenario, nodes);
        Self { nodes: nodes.to_vec(), committed: scenario.load.committed(), processor, start: Instant::now() }
    }

    /// Until now.
    #[must_use]
    pub fn so_far(&self, scenario: &mut Scenario) -> Spent {
        Spent {
            committed: scenario.load.committed() - self.committed,
            processor: processor(scenario, &self.nodes) - self.processor,
            seconds: self.start.elapsed().as_secs_f64(),
        }
    }
}

impl Spent {
    /// Commits per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.committed as f64 / self.seconds
    }

    /// Processor time of all these nodes for one commit, in ms.
    #[must_use]
    pub fn processor_ms(&self) -> f64 {
        1000.0 * self.processor / self.committed.max(1) as f64
    }

    /// Processors that these nodes kept busy.
    #[must_use]
    pub fn processors(&self) -> f64 {
        self.processor / self.seconds
    }
}

fn processor(scenario: &mut Scenario, nodes: &[usize]) -> f64 {
    nodes.iter().map(|node| scenario.cluster.process(*node).processor_seconds()).sum()
}
