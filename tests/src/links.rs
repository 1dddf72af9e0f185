//! What each directed link between two nodes does with its bytes.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

/// The state of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weather {
    /// Nothing passes; connections stay open, as over a broken wire.
    pub cut: bool,
    /// Each byte arrives so much later.
    pub delay: Duration,
    /// No more than this passes.
    pub bytes_per_second: Option<u32>,
    /// Raised: connections of before are closed.
    pub closings: u64,
}

/// All directions of a network.
#[derive(Debug)]
pub struct Links {
    nodes: usize,
    directions: Vec<watch::Sender<Weather>>,
}

impl Links {
    /// Fair weather between so many nodes.
    #[must_use]
    pub fn new(nodes: usize) -> Self {
        let directions = (0..nodes * nodes).map(|_| watch::Sender::new(Weather::default())).collect();
        Self { nodes, directions }
    }

    /// Changes one direction.
    pub fn change(&self, from: usize, to: usize, change: impl FnOnce(&mut Weather)) {
        self.directions[from * self.nodes + to].send_modify(change);
    }

    /// Fair weather everywhere.
    pub fn heal(&self) {
        for direction in &self.directions {
            direction.send_modify(|weather| {
                *weather = Weather { closings: weather.closings, ..Weather::default() };
            });
        }
    }

    /// Follows one direction.
    #[must_use]
    pub fn follow(&self, from: usize, to: usize) -> watch::Receiver<Weather> {
        self.directions[from * self.nodes + to].subscribe()
    }
}

/// Waits until `bytes` that came at `arrived` may pass. Ends early when the network is gone.
pub async fn passage(weather: &mut watch::Receiver<Weather>, arrived: Instant, bytes: usize) {
    loop {
        if weather.wait_for(|weather| !weather.cut).await.is_err() {
            return;
        }
        let now = *weather.borrow();
        if let Some(rate) = now.bytes_per_second {
            sleep(Duration::from_secs_f64(bytes as f64 / f64::from(rate.max(1)))).await;
        }
        sleep_until(arrived + now.delay).await;
        if !weather.borrow().cut {
            return;
        }
    }
}
