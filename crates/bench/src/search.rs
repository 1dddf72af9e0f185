//! The search for the highest rate that a network sustains: doubling until it does not, then halving the gap.

/// A search in progress. Ask [`Search::next`], try that rate, tell [`Search::tell`].
#[derive(Debug, Clone)]
pub struct Search {
    /// The highest rate that was sustained.
    low: Option<f64>,
    /// The lowest that was not.
    high: Option<f64>,
    first: f64,
    precision: f64,
    lowest: f64,
}

impl Search {
    /// Begins at `first`; ends when the gap is within `precision` (0.05: five percent). Rates below `lowest`
    /// are not tried.
    #[must_use]
    pub fn new(first: f64, precision: f64, lowest: f64) -> Self {
        Self { low: None, high: None, first: first.max(lowest), precision, lowest }
    }

    /// The rate to try; `None`: the search is over.
    #[must_use]
    pub fn next(&self) -> Option<f64> {
        match (self.low, self.high) {
            (None, None) => Some(self.first),
            (Some(low), None) => Some(low * 2.0),
            (Some(low), Some(high)) => {
                (high > low * (1.0 + self.precision)).then(|| f64::midpoint(low, high))
            }
            (None, Some(high)) => (high > self.lowest).then(|| (high / 2.0).max(self.lowest)),
        }
    }

    /// What became of a rate. A network that once did not sustain a rate is not asked for more.
    pub fn tell(&mut self, rate: f64, sustained: bool) {
        if sustained {
            self.low = Some(self.low.map_or(rate, |low| low.max(rate)));
        } else {
            self.high = Some(self.high.map_or(rate, |high| high.min(rate)));
        }
    }

    /// The highest rate that was sustained.
    #[must_use]
    pub const fn found(&self) -> Option<f64> {
        self.low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a search against a network that sustains up to `capacity`; the rates tried.
    fn against(capacity: f64, mut search: Search) -> (Option<f64>, Vec<f64>) {
        let mut tried = Vec::new();
        while let Some(rate) = search.next() {
            assert!(tried.len() < 40, "no end: {tried:?}");
            tried.push(rate);
            search.tell(rate, rate <= capacity);
        }
        (search.found(), tried)
    }

    #[test]
    fn finds_the_capacity_within_its_precision() {
        for capacity in [50.0, 999.0, 1000.0, 1001.0, 7_654.0, 131_072.0] {
            let (found, tried) = against(capacity, Search::new(1000.0, 0.05, 10.0));
            let found = found.expect("sustains something");
            assert!(found <= capacity && found >= capacity / 1.051, "{capacity}: {found}, {tried:?}");
            assert!(tried.len() <= 14, "{tried:?}");
        }
    }

    #[test]
    fn doubles_first_then_halves_the_gap() {
        let (_, tried) = against(3000.0, Search::new(1000.0, 0.1, 10.0));
        assert_eq!(tried[..5], [1000.0, 2000.0, 4000.0, 3000.0, 3500.0]);
    }

    #[test]
    fn gives_up_at_the_lowest_rate() {
        let (found, tried) = against(5.0, Search::new(1000.0, 0.05, 10.0));
        assert_eq!(found, None);
        assert_eq!(tried.last(), Some(&10.0));
    }

    #[test]
    fn a_whim_of_the_network_ends_too() {
        // It sustains 4000 at one time and not 3000 at another.
        let mut search = Search::new(1000.0, 0.05, 10.0);
        search.tell(1000.0, true);
        search.tell(4000.0, true);
        search.tell(3000.0, false);
        assert_eq!(search.next(), None);
        assert_eq!(search.found(), Some(4000.0));
    }
}
