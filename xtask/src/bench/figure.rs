//! Measured values: collected run by run, shown as medians with ranges.

use std::fmt::Write;

use serde_json::{Value, json};

/// The contestant that the others are compared with.
const REFERENCE: &str = "floor";

/// Everything measured so far.
#[derive(Default)]
pub(super) struct Figures {
    benchmark: &'static str,
    all: Vec<Figure>,
}

/// One value, measured once in each run.
struct Figure {
    benchmark: &'static str,
    what: String,
    unit: String,
    contestant: String,
    samples: Vec<f64>,
}

impl Figures {
    /// What is added from now on belongs to this benchmark.
    pub(super) fn begin(&mut self, benchmark: &'static str) {
        self.benchmark = benchmark;
    }

    /// Adds one run's value.
    pub(super) fn add(&mut self, what: &str, unit: &str, contestant: &str, value: f64) {
        let benchmark = self.benchmark;
        let same = |figure: &&mut Figure| {
            figure.benchmark == benchmark && figure.what == what && figure.contestant == contestant
        };
        if let Some(figure) = self.all.iter_mut().find(same) {
            return figure.samples.push(value);
        }
        // Beside the others' values of the same thing.
        let alike = |figure: &Figure| figure.benchmark == benchmark && figure.what == what;
        let place = self.all.iter().rposition(alike).map_or(self.all.len(), |last| last + 1);
        let figure = Figure {
            benchmark,
            what: what.to_owned(),
            unit: unit.to_owned(),
            contestant: contestant.to_owned(),
            samples: vec![value],
        };
        self.all.insert(place, figure);
    }

    pub(super) fn json(&self) -> Value {
        let figures = self.all.iter().map(|figure| {
            json!({
                "benchmark": figure.benchmark, "what": figure.what, "contestant": figure.contestant,
                "unit": figure.unit, "median": figure.median(), "least": figure.least(), "most": figure.most(),
                "to_floor": self.to_reference(figure), "samples": figure.samples,
            })
        });
        figures.collect()
    }

    fn to_reference(&self, figure: &Figure) -> Option<f64> {
        let same = |other: &&Figure| {
            other.benchmark == figure.benchmark && other.what == figure.what && other.contestant == REFERENCE
        };
        let reference = self.all.iter().find(same)?.median();
        (reference > 0.0).then(|| figure.median() / reference)
    }
}

impl Figure {
    fn median(&self) -> f64 {
        quantile(&self.samples, 0.5)
    }

    fn least(&self) -> f64 {
        quantile(&self.samples, 0.0)
    }

    fn most(&self) -> f64 {
        quantile(&self.samples, 1.0)
    }
}

/// The value below which this part of the samples lies; between two samples, in proportion.
pub(super) fn quantile(samples: &[f64], part: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = part * sorted.len().saturating_sub(1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    match (sorted.get(below), sorted.get(above)) {
        (Some(low), Some(high)) => low + (high - low) * place.fract(),
        _ => f64::NAN,
    }
}

/// A benchmark's figures, one line for each value and contestant.
pub(super) fn table(figures: &Figures, benchmark: &str) -> String {
    let head = ("median", "range", "× floor");
    let mut text = format!("{benchmark:<48} {:<14} {:>10} {:>21} {:>8}\n", "", head.0, head.1, head.2);
    let mut last = "";
    for figure in figures.all.iter().filter(|figure| figure.benchmark == benchmark) {
        let what =
            if figure.what == last { String::new() } else { format!("{}, {}", figure.what, figure.unit) };
        last = &figure.what;
        let range = format!("{}–{}", number(figure.least()), number(figure.most()));
        let ratio = figures.to_reference(figure).map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let median = number(figure.median());
        writeln!(text, "{what:<48} {:<14} {median:>10} {range:>21} {ratio:>8}", figure.contestant)
            .expect("a string takes everything");
    }
    text
}

/// Three digits that count.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_the_samples() {
        let samples = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&samples, 0.0), 1.0);
        assert_eq!(quantile(&samples, 0.5), 2.5);
        assert_eq!(quantile(&samples, 1.0), 4.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn the_table_compares_with_the_floor() {
        let mut figures = Figures::default();
        figures.begin("flood");
        for (contestant, values) in [("floor", [1.0, 2.0, 9.0]), ("jumpseat", [4.0, 2.0, 3.0])] {
            values.iter().for_each(|value| figures.add("until the end", "s", contestant, *value));
        }
        figures.add("PTY", "s", "bare", 0.5);
        let text = table(&figures, "flood");
        let rows: Vec<Vec<&str>> =
            text.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["until", "the", "end,", "s", "floor", "2.00", "1.00–9.00", "1.00"]);
        assert_eq!(rows[1], ["jumpseat", "3.00", "2.00–4.00", "1.50"]);
        assert_eq!(rows[2], ["PTY,", "s", "bare", "0.50", "0.50–0.50"]);
    }
}
