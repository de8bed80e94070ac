//! Numbers in per cent where a share is wanted.

/// Numbers from here on are hardly shares with a slip; those below may be.
const PERCENT_MIN: f64 = 5.0;

/// A hint about a number that seems to be in per cent where a share is wanted, and what to write.
pub(crate) fn percent_hint(number: f64) -> Option<(String, String)> {
    let is_percent = (PERCENT_MIN..=100.0).contains(&number);
    let share = share_of_percent(number);
    is_percent.then(|| (format!("{number} percent is {share}"), share))
}

/// A number in per cent as a share.
pub(super) fn share_of_percent(number: f64) -> String {
    // Digits beyond these are of the binary fractions, not of what was written.
    format!("{}", (number * 1e10).round() / 1e12)
}
