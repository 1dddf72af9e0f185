//! The checks that are run: bounds with names, and what an exploration found.

use std::{fmt, time::Instant};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use crate::{
    checked::Action,
    terms::{Bounds, Fault, Height, Index, View},
};

/// One named exploration.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// Its bounds.
    pub bounds: Bounds,
}

/// What was found about one property.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The property.
    pub property: &'static str,
    /// Whether it must hold always; else it must be possible.
    pub always: bool,
    /// The steps to a violation or an example.
    pub path: Option<Vec<Action>>,
}

/// What an exploration found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its name.
    pub name: &'static str,
    /// Different states.
    pub states: usize,
    /// Steps between them.
    pub steps: usize,
    /// The longest path.
    pub depth: usize,
    /// In seconds of wall clock.
    pub seconds: f64,
    /// By property.
    pub findings: Vec<Finding>,
}

/// A liar, or none (9), with so many heights, views and L.
const fn bounds(byzantine: Index, heights: Height, views: View, window: u8) -> Bounds {
    let byzantine = if byzantine < 4 { Some(byzantine) } else { None };
    Bounds {
        heights,
        views,
        window,
        byzantine,
        equivocates_to: 1,
        checkpoints: false,
        crashes: false,
        fault: Fault::None,
    }
}

const fn check(name: &'static str, bounds: Bounds) -> Check {
    Check { name, bounds }
}

/// Explored by `make test`.
pub const QUICK: &[Check] = &[
    check("two proposals", Bounds { crashes: true, ..bounds(0, 1, 2, 1) }),
    check("two leaders", Bounds { crashes: true, ..bounds(1, 1, 2, 1) }),
    check("three views", bounds(0, 1, 3, 1)),
    check("crashes", Bounds { crashes: true, ..bounds(9, 1, 2, 1) }),
    check("gaps", bounds(0, 2, 2, 2)),
    check("checkpoints", Bounds { checkpoints: true, ..bounds(0, 2, 2, 1) }),
];

/// Explored by `make model` besides.
pub const LARGE: &[Check] = &[
    check("two proposals twice", Bounds { equivocates_to: 2, ..bounds(0, 2, 2, 2) }),
    check("a lying backup", bounds(3, 2, 2, 2)),
];

impl Check {
    /// Explores everything.
    #[must_use]
    pub fn explore(&self) -> Report {
        let began = Instant::now();
        self.report(began, self.bounds.checker().symmetry().spawn_dfs().join())
    }

    /// Explores, shortest paths first, until this property is violated (or possible).
    #[must_use]
    pub fn look_for(&self, property: &'static str) -> Report {
        let began = Instant::now();
        let until = HasDiscoveries::AllOf([property].into());
        self.report(began, self.bounds.checker().finish_when(until).spawn_bfs().join())
    }

    fn report(&self, began: Instant, checker: impl Checker<Bounds>) -> Report {
        let seconds = began.elapsed().as_secs_f64();
        let mut found = checker.discoveries();
        let finding = |property: stateright::Property<Bounds>| Finding {
            property: property.name,
            always: property.expectation == Expectation::Always,
            path: found.remove(property.name).map(stateright::Path::into_actions),
        };
        let findings = self.bounds.properties().into_iter().map(finding).collect();
        Report {
            name: self.name,
            states: checker.unique_state_count(),
            steps: checker.state_count(),
            depth: checker.max_depth(),
            seconds,
            findings,
        }
    }
}

impl Report {
    /// Properties that are violated, and those that should be possible and are not.
    #[must_use]
    pub fn failures(&self) -> Vec<&Finding> {
        self.findings.iter().filter(|finding| finding.always == finding.path.is_some()).collect()
    }

    /// The steps to the violation of a property, or to an example of it.
    #[must_use]
    pub fn path(&self, property: &str) -> Option<&[Action]> {
        self.findings.iter().find(|finding| finding.property == property)?.path.as_deref()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, states, steps, depth, seconds, .. } = self;
        write!(f, "{name:24} {states:>9} states {steps:>10} steps, depth {depth:>2}, {seconds:>6.1} s")?;
        for finding in self.failures() {
            let verdict = if finding.always { "violated" } else { "not possible" };
            write!(f, "\n  {verdict}: {}", finding.property)?;
            for action in finding.path.iter().flatten() {
                write!(f, "\n    {action:?}")?;
            }
        }
        Ok(())
    }
}
