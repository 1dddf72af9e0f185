//! Plots as SVG that takes its colours from the page, so that it is light, dark or printed with it.

use std::fmt::Write as _;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
/// Room for axes: left, right, top, bottom.
const ROOM: [f64; 4] = [64.0, 16.0, 14.0, 44.0];
/// Marks of an axis.
const MARKS: usize = 5;

/// A named row of points.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// Bars: a label, and the parts that are stacked.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) parts: Vec<f64>,
}

/// Lines through points, with marks where something happened; both axes begin at zero.
pub(super) fn lines(x: &str, y: &str, series: &[Series], events: &[(f64, String)]) -> String {
    let all = || series.iter().flat_map(|series| &series.points);
    let x_top = nice(all().map(|point| point.0).fold(0.0, f64::max));
    let y_top = nice(all().map(|point| point.1).fold(0.0, f64::max));
    let mut text = begin(x, y);
    y_axis(&mut text, y_top);
    for mark in 0..=MARKS {
        let value = x_top * mark as f64 / MARKS as f64;
        label(&mut text, across(value / x_top), &short(value));
    }
    for (place, words) in events {
        let at = across(place / x_top);
        let _ = write!(
            text,
            "<line class=\"event\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
             <text class=\"eventtext\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            up(0.0),
            up(1.0),
            at + 4.0,
            up(1.0) + 10.0,
            escape(words)
        );
    }
    for (number, series) in series.iter().enumerate() {
        let colour = number % 8;
        let at = |point: &(f64, f64)| format!("{:.1},{:.1}", across(point.0 / x_top), up(point.1 / y_top));
        let points: Vec<String> = series.points.iter().map(at).collect();
        let _ = write!(text, "<polyline class=\"line c{colour}\" points=\"{}\"/>", points.join(" "));
        // Many points are a curve, few are measurements.
        if series.points.len() <= 16 {
            for point in &series.points {
                let (cx, cy) = (across(point.0 / x_top), up(point.1 / y_top));
                let title = format!("{}: {} at {}", series.name, short(point.1), short(point.0));
                let _ = write!(
                    text,
                    "<circle class=\"dot c{colour}\" cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"4\"><title>{}</title></circle>",
                    escape(&title)
                );
            }
        }
    }
    let names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
    text + "</svg>" + &legend(&names)
}

/// Stacked bars.
pub(super) fn bars(y: &str, names: &[&str], bars: &[Bar]) -> String {
    let y_top = nice(bars.iter().map(|bar| bar.parts.iter().sum::<f64>()).fold(0.0, f64::max));
    let mut text = begin("", y);
    y_axis(&mut text, y_top);
    let step = 1.0 / bars.len().max(1) as f64;
    for (number, bar) in bars.iter().enumerate() {
        let middle = step * (number as f64 + 0.5);
        let width = (across(step) - across(0.0)) * 0.6;
        label(&mut text, across(middle), &escape(&bar.label));
        let mut below = 0.0;
        for (part, value) in bar.parts.iter().enumerate() {
            let (top, bottom) = (up((below + value) / y_top), up(below / y_top));
            below += value;
            let title = format!("{}: {value:.2}", names.get(part).unwrap_or(&""));
            let _ = write!(
                text,
                "<rect class=\"bar c{}\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
                part % 8,
                across(middle) - width / 2.0,
                (bottom - top).max(0.0),
                escape(&title)
            );
        }
        let _ = write!(
            text,
            "<text class=\"mark\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            across(middle),
            up(below / y_top) - 4.0,
            short(below)
        );
    }
    text + "</svg>" + &legend(names)
}

/// Text that cannot be markup.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A number as people read it.
pub(super) fn short(value: f64) -> String {
    match value {
        value if value >= 10_000.0 => format!("{:.0}k", value / 1000.0),
        value if value >= 1_000.0 => format!("{:.1}k", value / 1000.0),
        value if value >= 10.0 || value.fract() == 0.0 => format!("{value:.0}"),
        value => format!("{value:.1}"),
    }
}

fn begin(x: &str, y: &str) -> String {
    let [left, _, top, _] = ROOM;
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\"><text class=\"axis\" x=\"{left}\" y=\"{}\">{}</text>\
         <text class=\"axis\" text-anchor=\"end\" x=\"{WIDTH}\" y=\"{}\">{}</text>",
        top - 4.0,
        escape(y),
        HEIGHT - 6.0,
        escape(x)
    )
}

fn y_axis(text: &mut String, y_top: f64) {
    for mark in 0..=MARKS {
        let share = mark as f64 / MARKS as f64;
        let y = up(share);
        let _ = write!(
            text,
            "<line class=\"grid\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"mark\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            across(0.0),
            across(1.0),
            across(0.0) - 6.0,
            y + 4.0,
            short(y_top * share)
        );
    }
}

fn label(text: &mut String, x: f64, words: &str) {
    let y = up(0.0) + 18.0;
    let _ =
        write!(text, "<text class=\"mark\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>");
}

fn legend(names: &[&str]) -> String {
    let entry =
        |(number, name): (usize, &&str)| format!("<li class=\"c{}\">{}</li>", number % 8, escape(name));
    let entries: String = names.iter().enumerate().map(entry).collect();
    format!("<ul class=\"legend\">{entries}</ul>")
}

fn across(share: f64) -> f64 {
    let [left, right, ..] = ROOM;
    left + share * (WIDTH - left - right)
}

fn up(share: f64) -> f64 {
    let [_, _, top, bottom] = ROOM;
    HEIGHT - bottom - share * (HEIGHT - top - bottom)
}

/// The next number above that divides well into the marks.
fn nice(top: f64) -> f64 {
    if !(top.is_finite() && top > 0.0) {
        return 1.0;
    }
    let scale = 10f64.powf(top.log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0];
    steps.into_iter().map(|step| step * scale).find(|step| *step >= top).unwrap_or(10.0 * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_where_their_values_are() {
        let series = [Series { name: "a<b".to_owned(), points: vec![(0.0, 0.0), (10.0, 100.0)] }];
        let text = lines("s", "per second", &series, &[(5.0, "crash".to_owned())]);
        assert!(text.contains("points=\"64.0,256.0 624.0,14.0\""), "{text}");
        assert!(text.contains("x1=\"344.0\""), "{text}");
        assert!(text.contains("a&lt;b") && !text.contains("a<b"), "{text}");
    }

    #[test]
    fn parts_are_stacked() {
        let one = [Bar { label: "4".to_owned(), parts: vec![3.0, 1.0] }];
        let text = bars("us", &["verify", "store"], &one);
        assert!(text.contains("height=\"181.5\"") && text.contains("height=\"60.5\""), "{text}");
        assert!(text.contains("store: 1.00"), "{text}");
    }

    #[test]
    fn nothing_to_show_is_no_fault() {
        assert!(lines("x", "y", &[], &[]).ends_with("</ul>"));
        assert!(bars("y", &[], &[]).ends_with("</ul>"));
        assert_eq!(nice(0.0), 1.0);
        assert_eq!(nice(7_654.0), 10_000.0);
    }
}
