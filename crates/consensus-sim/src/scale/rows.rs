//! Predictions as lines of a CSV file, so that a sweep can be gone on with and plots can be drawn anew.

use super::{Plan, Prediction, plots};

/// The first line.
pub const HEAD: &str = "places,mbit,validators,load,per_second,p50_ms,p99_ms,cpu_us,bytes_primary,bytes_backup,blocks,batches,view_changes,limit,share";

/// One prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where the validators stand.
    pub places: String,
    /// Their links, in Mbit/s.
    pub mbit: u64,
    /// How many.
    pub validators: usize,
    /// `max`, `half` of it, or a rate.
    pub load: String,
    /// Transactions per second.
    pub per_second: f64,
    /// Median latency.
    pub p50_ms: Option<f64>,
    /// What follows in the file.
    rest: String,
    /// What limits.
    pub limit: String,
}

impl Row {
    /// What came of a plan.
    #[must_use]
    pub fn new(plan: &Plan, load: &str, prediction: &Prediction) -> Self {
        let p99 = prediction.p99_ms.map(|ms| format!("{ms:.1}")).unwrap_or_default();
        let (primary, backup) = prediction.bytes_sent;
        let rest = format!(
            "{p99},{:.1},{primary:.0},{backup:.0},{:.1},{:.0},{},{},{:.2}",
            prediction.cpu_us,
            prediction.blocks,
            prediction.batches,
            prediction.view_changes,
            prediction.limit.name,
            prediction.limit.share
        );
        Self {
            places: plan.places.name().to_owned(),
            mbit: plan.link / 1_000_000,
            validators: plan.validators,
            load: load.to_owned(),
            per_second: prediction.throughput,
            p50_ms: prediction.p50_ms,
            limit: prediction.limit.name.to_owned(),
            rest,
        }
    }

    /// Whether it answers the same question as another.
    #[must_use]
    pub fn is_of(&self, plan: &Plan, load: &str) -> bool {
        self.places == plan.places.name()
            && self.mbit == plan.link / 1_000_000
            && self.validators == plan.validators
            && self.load == load
    }

    /// As a line.
    #[must_use]
    pub fn line(&self) -> String {
        let p50 = self.p50_ms.map(|ms| format!("{ms:.1}")).unwrap_or_default();
        let Self { places, mbit, validators, load, per_second, rest, .. } = self;
        format!("{places},{mbit},{validators},{load},{per_second:.0},{p50},{rest}")
    }

    /// Reads a line; `None`: it is none.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let mut fields = line.splitn(7, ',');
        let mut next = || fields.next();
        let (places, mbit, validators) = (next()?.to_owned(), next()?.parse().ok()?, next()?.parse().ok()?);
        let (load, per_second, p50) = (next()?.to_owned(), next()?.parse().ok()?, next()?);
        let rest = next()?.to_owned();
        let limit = rest.rsplit(',').nth(1)?.to_owned();
        let p50_ms = if p50.is_empty() { None } else { Some(p50.parse().ok()?) };
        Some(Self { places, mbit, validators, load, per_second, p50_ms, rest, limit })
    }
}

/// The plots of what the rows say: (file name, SVG).
#[must_use]
pub fn draw(rows: &[Row]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut places: Vec<&str> = rows.iter().map(|row| row.places.as_str()).collect();
    places.dedup();
    for place in places {
        for (name, load, words) in [
            ("throughput", "max", "transactions per second, as many as it takes"),
            ("latency", "half", "median latency in ms, at half of that"),
        ] {
            let of = |row: &&Row| row.places == place && row.load == load;
            let rows: Vec<&Row> = rows.iter().filter(of).collect();
            let value = |row: &Row| if name == "latency" { row.p50_ms } else { Some(row.per_second) };
            let plot = plots::Plot::new(&format!("{place}: {words}"), "validators", &rows, value);
            files.push((format!("{name}-{}.svg", place.to_lowercase()), plot.svg()));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::{Row, draw};

    const LINE: &str = "WAN,100,64,half,1200,350.5,901.0,80.0,900,800,12.0,90,0,backups' egress,0.97";

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let row = Row::read(LINE).expect("a row");
        assert_eq!((row.validators, row.p50_ms, row.limit.as_str()), (64, Some(350.5), "backups' egress"));
        assert_eq!(row.line(), LINE);
        assert_eq!(Row::read(super::HEAD), None);
    }

    #[test]
    fn each_place_has_its_plots() {
        let rows: Vec<Row> =
            [LINE, &LINE.replace("WAN", "LAN")].iter().filter_map(|l| Row::read(l)).collect();
        let names: Vec<String> = draw(&rows).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["throughput-wan.svg", "latency-wan.svg", "throughput-lan.svg", "latency-lan.svg"]);
    }
}
