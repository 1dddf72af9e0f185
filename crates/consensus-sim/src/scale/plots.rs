//! Lines over the number of validators as SVG, one for each speed of the links.

use std::fmt::Write as _;

use super::rows::Row;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 110.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 40.0;
const COLOURS: [&str; 4] = ["#2f6fb0", "#c2571a", "#3a8a4d", "#8a4d9a"];

/// A line: its name, and for each place on the x axis a value and the words beside it.
type Line = (String, Vec<Option<(f64, String)>>);

/// What is to be drawn.
#[derive(Debug)]
pub struct Plot {
    title: String,
    x: String,
    places: Vec<usize>,
    lines: Vec<Line>,
}

impl Plot {
    /// Lines by link over the validators of these rows.
    pub fn new(title: &str, x: &str, rows: &[&Row], value: impl Fn(&Row) -> Option<f64>) -> Self {
        let mut places: Vec<usize> = rows.iter().map(|row| row.validators).collect();
        let mut links: Vec<u64> = rows.iter().map(|row| row.mbit).collect();
        places.sort_unstable();
        places.dedup();
        links.sort_unstable();
        links.dedup();
        let at = |mbit: u64, validators: usize| {
            let row = rows.iter().find(|row| row.mbit == mbit && row.validators == validators)?;
            Some((value(row)?, row.limit.clone()))
        };
        let line = |mbit: &u64| (speed(*mbit), places.iter().map(|place| at(*mbit, *place)).collect());
        let lines = links.iter().map(line).collect();
        Self { title: title.to_owned(), x: x.to_owned(), places, lines }
    }

    /// As a file.
    #[must_use]
    pub fn svg(&self) -> String {
        let values = self.lines.iter().flat_map(|(_, points)| points.iter().flatten());
        let top = round_up(values.map(|(value, _)| *value).fold(0.0, f64::max));
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/><text x=\"{LEFT}\" y=\"16\" font-weight=\"bold\">{}</text>",
            escape(&self.title)
        );
        for mark in 0..=4 {
            let value = top * f64::from(mark) / 4.0;
            let y = up(value / top);
            let _ = write!(
                text,
                "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                y + 4.0,
                short(value)
            );
        }
        for (number, place) in self.places.iter().enumerate() {
            let _ = write!(
                text,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{place}</text>",
                self.across(number),
                HEIGHT - BOTTOM + 18.0
            );
        }
        let _ = write!(
            text,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            HEIGHT - 6.0,
            escape(&self.x)
        );
        for (number, line) in self.lines.iter().enumerate() {
            self.line(&mut text, number, line, top);
        }
        text + "</svg>\n"
    }

    fn line(&self, text: &mut String, number: usize, (name, points): &Line, top: f64) {
        let colour = COLOURS[number % COLOURS.len()];
        let mut path = String::new();
        for (place, point) in points.iter().enumerate() {
            let Some((value, words)) = point else { continue };
            let (x, y) = (self.across(place), up(value / top));
            let _ = write!(path, "{x:.1},{y:.1} ");
            let _ = write!(
                text,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"><title>{name}: {}, limited by {}</title></circle>",
                short(*value),
                escape(words)
            );
        }
        let y = TOP + 20.0 * number as f64 + 10.0;
        let _ = write!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{:.1}\" y=\"{y:.1}\" fill=\"{colour}\">{name}</text>",
            path.trim_end(),
            WIDTH - RIGHT + 14.0
        );
    }

    fn across(&self, place: usize) -> f64 {
        let step = (WIDTH - LEFT - RIGHT) / self.places.len().max(1) as f64;
        LEFT + step * (place as f64 + 0.5)
    }
}

fn up(share: f64) -> f64 {
    HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
}

fn speed(mbit: u64) -> String {
    if mbit >= 1_000 { format!("{} Gbit/s", mbit / 1_000) } else { format!("{mbit} Mbit/s") }
}

fn short(value: f64) -> String {
    if value >= 1_000.0 { format!("{:.1}k", value / 1_000.0) } else { format!("{value:.0}") }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The next number above that divides well.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let scale = 10f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0];
    steps.into_iter().map(|step| step * scale).find(|step| *step >= value).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::{Plot, Row};

    #[test]
    fn points_stand_where_their_values_are() {
        let row = |line: &str| Row::read(line).expect("a row");
        let rows = [
            row("LAN,100,4,max,4000,1.0,2.0,1.0,1,1,1.0,1,0,a<b,1.00"),
            row("LAN,1000,16,max,2000,1.0,2.0,1.0,1,1,1.0,1,0,round trips,0.10"),
        ];
        let text =
            Plot::new("t", "validators", &rows.iter().collect::<Vec<_>>(), |row| Some(row.per_second)).svg();
        assert!(text.contains("points=\"177.5,30.0\""), "{text}");
        assert!(text.contains("points=\"412.5,155.0\""), "{text}");
        assert!(text.contains("limited by a&lt;b"), "{text}");
        assert!(text.contains(">1 Gbit/s</text>") && text.contains(">100 Mbit/s</text>"), "{text}");
    }
}
