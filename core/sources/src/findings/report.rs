//! What one origin finds, within bounds: where there are too many, the least severe are left out.

use jumpseat_panels::{Finding, Rule, Severity};

/// Most findings of one origin.
pub(super) const MAX_FINDINGS: usize = 10_000;

/// The most severe first.
pub(super) const SEVERITIES: [Severity; 4] =
    [Severity::Error, Severity::Warning, Severity::Note, Severity::Hint];

/// What a report or an editor says.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Report {
    /// By severity, as they came.
    findings: [Vec<Finding>; SEVERITIES.len()],
    pub(super) rules: Vec<Rule>,
    /// Tools that say themselves that they failed, so that there may be more.
    pub(super) failed: Vec<String>,
    /// Findings that there was no room for.
    pub(super) left_out: usize,
}

impl Report {
    /// Whether one of this severity is kept; one that is not is counted.
    pub(super) fn has_room_for(&mut self, severity: Severity) -> bool {
        let room = self.len() < MAX_FINDINGS
            || self.findings[severity as usize + 1..].iter().any(|less| !less.is_empty());
        self.left_out += usize::from(!room);
        room
    }

    /// Puts one in that there is room for; a less severe one may give way.
    pub(super) fn add(&mut self, finding: Finding) {
        if self.len() >= MAX_FINDINGS {
            let least = self.findings.iter_mut().rev().find(|some| !some.is_empty());
            least.and_then(Vec::pop);
            self.left_out += 1;
        }
        self.findings[finding.severity as usize].push(finding);
    }

    pub(super) fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings[severity as usize].iter()
    }

    pub(super) fn len(&self) -> usize {
        self.findings.iter().map(Vec::len).sum()
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().flatten()
    }
}

impl FromIterator<Finding> for Report {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut report = Self::default();
        for finding in findings {
            if report.has_room_for(finding.severity) {
                report.add(finding);
            }
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_least_severe_is_left_out_first_and_counted() {
        let one = |severity| Finding { severity, ..Finding::default() };
        let notes = std::iter::repeat_n(one(Severity::Note), MAX_FINDINGS);
        let report: Report = notes.chain([one(Severity::Error), one(Severity::Hint)]).collect();
        assert_eq!(report.of(Severity::Error).count(), 1);
        assert_eq!(report.of(Severity::Note).count(), MAX_FINDINGS - 1);
        assert_eq!((report.of(Severity::Hint).count(), report.left_out), (0, 2));
    }
}
