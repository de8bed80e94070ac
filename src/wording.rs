//! Figures as people read them, in the terminal and on pages: the only place where digits are chosen.

use demarche_stats::estimate::Estimate;

/// An integer with its thousands apart.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut res = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            res.push(',');
        }
        res.push(digit);
    }
    res
}

/// A count with its noun, which takes an `s` for all but one.
pub(crate) fn counted(n: u64, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(n))
}

/// A word for a command line, in quotes if a shell would take it apart.
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |it: char| it.is_alphanumeric() || "/\\._-+=:,@%".contains(it);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// How numbers of one kind are written. A number that matters is never rounded away: what is not 0
/// does not read as 0, a share of less than all does not read as 100 %, and of numbers that belong together
/// the least does not read as the greatest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Notation {
    /// A share from 0 to 1, in per cent; a difference of shares in percentage points.
    Percent,
    /// The number itself, with at least so many decimals.
    Decimals(usize),
}

/// Decimals beyond which a number is written as a bound or by its order of magnitude.
const DECIMALS_MAX: usize = 6;

/// How a number is written with so many decimals.
type TextOf = fn(Notation, f64, usize) -> String;

/// A figure in two places, and the difference between them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Change {
    /// The figure in the first place.
    pub(crate) first: String,
    /// The figure in the second place.
    pub(crate) second: String,
    /// The second minus the first, with its interval; `None` where there is no estimate of it.
    pub(crate) difference: Option<String>,
}

impl Notation {
    /// Numbers that belong together, with as many decimals as the one needs that needs most.
    pub(crate) fn texts<const N: usize>(self, numbers: [f64; N]) -> [String; N] {
        let decimals = self.decimals(&[(&numbers, Self::text)]);
        numbers.map(|it| self.text(it, decimals))
    }

    /// Differences that belong together, with their signs.
    pub(crate) fn signed_texts<const N: usize>(self, numbers: [f64; N]) -> [String; N] {
        let decimals = self.decimals(&[(&numbers, Self::signed_text)]);
        numbers.map(|it| self.signed_text(it, decimals))
    }

    /// A number by itself, with its unit.
    pub(crate) fn figure(self, number: f64) -> String {
        let [text] = self.texts([number]);
        text + self.unit()
    }

    /// An estimate's point with its unit, with the decimals that its interval has.
    pub(crate) fn point(self, it: &Estimate) -> String {
        self.text(it.point, self.decimals(&[(&ends(it), Self::text)])) + self.unit()
    }

    /// An estimate's interval with its unit, if it has one.
    pub(crate) fn interval(self, it: &Estimate) -> Option<String> {
        let decimals = self.decimals(&[(&ends(it), Self::text)]);
        let text = |it: f64| self.text(it, decimals);
        it.interval
            .map(|it| format!("{} to {}{}", text(it.low), text(it.high), self.unit()))
    }

    /// A difference with its interval.
    pub(crate) fn difference(self, it: &Estimate) -> String {
        self.difference_with(it, self.decimals(&[(&ends(it), Self::signed_text)]))
    }

    /// Two figures and the difference between them.
    pub(crate) fn change(self, first: f64, second: f64, estimate: Option<&Estimate>) -> Change {
        let difference = estimate.map(ends).unwrap_or_default();
        let decimals = self.decimals(&[
            (&[first, second], Self::text),
            (&difference, Self::signed_text),
        ]);
        Change {
            first: self.text(first, decimals) + self.unit(),
            second: self.text(second, decimals) + self.unit(),
            difference: estimate.map(|it| self.difference_with(it, decimals)),
        }
    }

    fn difference_with(self, it: &Estimate, decimals: usize) -> String {
        let signed = |it: f64| self.signed_text(it, decimals);
        let unit = match self {
            Self::Percent => " points",
            Self::Decimals(_) => "",
        };
        let interval = it.interval.map_or_else(String::new, |ends| {
            format!(" ({} to {})", signed(ends.low), signed(ends.high))
        });
        format!("{}{unit}{interval}", signed(it.point))
    }

    /// The fewest decimals, within bounds, at which no number is rounded away, and in no group the least
    /// number reads as the greatest.
    fn decimals(self, groups: &[(&[f64], TextOf)]) -> usize {
        let least = match self {
            Self::Percent => 1,
            Self::Decimals(it) => it,
        };
        let is_kept = |decimals: usize| {
            groups.iter().all(|(numbers, text)| {
                let mut texts = numbers.iter().map(|&it| text(self, it, decimals));
                texts.all(|it| !it.contains(['<', '>', 'e']))
            })
        };
        let is_apart = |decimals: usize| {
            groups.iter().all(|(numbers, text)| {
                let low = numbers.iter().copied().reduce(f64::min);
                let high = numbers.iter().copied().reduce(f64::max);
                low.zip(high).is_none_or(|(low, high)| {
                    low >= high || text(self, low, decimals) != text(self, high, decimals)
                })
            })
        };
        (least..=DECIMALS_MAX)
            .find(|&it| is_kept(it) && is_apart(it))
            .or_else(|| (least..=DECIMALS_MAX).find(|&it| is_kept(it)))
            .unwrap_or(least.max(DECIMALS_MAX))
    }

    fn text(self, number: f64, decimals: usize) -> String {
        let size = self.size();
        let text = format!("{:.decimals$}", size * number);
        let unit_of_last = 1.0 / 10_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
        match self {
            Self::Percent if number > 0.0 && reads_as_zero(&text) => {
                format!("<{unit_of_last:.decimals$}")
            }
            Self::Percent if 0.0 < number && number < 1.0 && text.starts_with("100") => {
                format!(">{:.decimals$}", size - unit_of_last)
            }
            Self::Percent | Self::Decimals(_) => {
                written(text, size * number, |it| format!("{it:.0e}"))
            }
        }
    }

    fn signed_text(self, number: f64, decimals: usize) -> String {
        let number = self.size() * number;
        written(format!("{number:+.decimals$}"), number, |it| {
            format!("{it:+.0e}")
        })
    }

    fn size(self) -> f64 {
        match self {
            Self::Percent => 100.0,
            Self::Decimals(_) => 1.0,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Percent => " %",
            Self::Decimals(_) => "",
        }
    }
}

/// A text of a number: 0 has no sign, and what is not 0 but reads so is written by its magnitude.
fn written(text: String, number: f64, magnitude: impl Fn(f64) -> String) -> String {
    if !reads_as_zero(&text) {
        text
    } else if number.abs() > 0.0 {
        magnitude(number)
    } else {
        text.trim_start_matches(['+', '-']).to_owned()
    }
}

fn reads_as_zero(text: &str) -> bool {
    !text.contains(|it: char| ('1'..='9').contains(&it))
}

/// An estimate's point, and the ends of its interval if it has one.
fn ends(it: &Estimate) -> Vec<f64> {
    let ends = it.interval.map(|ends| [ends.low, ends.high]);
    [it.point]
        .into_iter()
        .chain(ends.into_iter().flatten())
        .collect()
}

/// A share in per cent.
pub(crate) fn percent(share: f64) -> String {
    Notation::Percent.figure(share)
}

/// A share's estimate in per cent, with the decimals that its interval has.
pub(crate) fn percent_of(estimate: &Estimate) -> String {
    Notation::Percent.point(estimate)
}

/// A share's interval in per cent.
pub(crate) fn percent_interval(estimate: &Estimate) -> String {
    Notation::Percent.interval(estimate).unwrap_or_default()
}

/// A number with at least so many decimals, and more if it would read as 0.
pub(crate) fn decimal(number: f64, decimals: usize) -> String {
    Notation::Decimals(decimals).figure(number)
}

/// A difference with its sign and at least so many decimals, and more if it would read as 0.
pub(crate) fn signed(number: f64, decimals: usize) -> String {
    let [text] = Notation::Decimals(decimals).signed_texts([number]);
    text
}

/// Counts in per cent of their sum, with one decimal or as many more as none needs to be rounded away:
/// they sum to 100 %, since what is left over goes to the greatest remainders.
pub(crate) fn percents_of_sum(counts: &[u64]) -> Vec<String> {
    let all: u128 = counts.iter().map(|&it| u128::from(it)).sum();
    let rounded = |whole: u128| -> Vec<u128> {
        let scaled = || counts.iter().map(|&it| u128::from(it) * whole);
        let mut res: Vec<u128> = scaled().map(|it| it / all).collect();
        let remainders: Vec<u128> = scaled().map(|it| it % all).collect();
        let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
        by_remainder.sort_by_key(|&it| std::cmp::Reverse(remainders[it]));
        let n_left = usize::try_from(whole - res.iter().sum::<u128>()).unwrap_or(usize::MAX);
        for &idx in by_remainder.iter().take(n_left) {
            res[idx] += 1;
        }
        res
    };
    if all == 0 {
        return counts.iter().map(|_| percent(0.0)).collect();
    }
    let mut decimals = 1;
    let mut whole = 1000;
    loop {
        let parts = rounded(whole);
        let is_lost = |(&part, &n): (&u128, &u64)| {
            (part == 0 && n > 0) || (part == whole && u128::from(n) < all)
        };
        if decimals == 12 || !parts.iter().zip(counts).any(is_lost) {
            let unit = whole / 100;
            let text = |it: u128| format!("{}.{:0decimals$} %", it / unit, it % unit);
            return parts.into_iter().map(text).collect();
        }
        decimals += 1;
        whole *= 10;
    }
}

/// Names one after the other: "one", "one and another", "one, another and a third".
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// A text with a capital at its beginning.
pub(crate) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use demarche_stats::estimate::Interval;

    fn estimate(point: f64, low: f64, high: f64) -> Estimate {
        Estimate {
            point,
            standard_error: None,
            interval: Some(Interval { low, high }),
            n: 10_000,
        }
    }

    #[test]
    fn a_share_that_is_not_all_does_not_read_as_all() {
        let shares = [
            0.0,
            0.5,
            1.0,
            0.9996,
            0.0002,
            0.999_999_9,
            1e-12,
            1.0 - 1e-12,
        ];
        let texts = shares.map(percent);
        let expected = [
            "0.0 %",
            "50.0 %",
            "100.0 %",
            "99.96 %",
            "0.02 %",
            "99.99999 %",
            "<0.000001 %",
            ">99.999999 %",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_share_and_its_interval_have_the_same_decimals() {
        let it = Estimate::of_share(9_998, 10_000).unwrap();
        assert_eq!(percent_of(&it), "99.98 %");
        assert_eq!(percent_interval(&it), "99.93 to 99.99 %");
        let it = Estimate::of_share(10_000, 10_000).unwrap();
        assert_eq!(percent_of(&it), "100.00 %");
        assert_eq!(percent_interval(&it), "99.96 to 100.00 %");
    }

    #[test]
    fn a_difference_that_is_not_none_does_not_read_as_none() {
        let it = estimate(0.000_36, 0.000_08, 0.000_64);
        let rendered = Notation::Percent.difference(&it);
        assert_eq!(rendered, "+0.04 points (+0.01 to +0.06)");
        let it = estimate(0.0, -0.004, 0.004);
        let rendered = Notation::Percent.difference(&it);
        assert_eq!(rendered, "0.0 points (-0.4 to +0.4)");
        let it = estimate(0.001, 0.0009, 0.0011);
        let rendered = Notation::Decimals(3).difference(&it);
        assert_eq!(rendered, "+0.0010 (+0.0009 to +0.0011)");
        assert_eq!(signed(0.0123, 3), "+0.012");
        assert_eq!(signed(-0.0, 3), "0.000");
        assert_eq!(signed(-2e-9, 3), "-2e-9");
        assert_eq!(decimal(0.000_41, 3), "0.0004");
    }

    #[test]
    fn figures_that_differ_are_written_so_that_they_do() {
        let it = estimate(0.0005, 0.0002, 0.0008);
        let rendered = Notation::Decimals(3).change(0.0004, 0.0009, Some(&it));
        assert_eq!([&*rendered.first, &*rendered.second], ["0.0004", "0.0009"]);
        assert_eq!(rendered.difference.unwrap(), "+0.0005 (+0.0002 to +0.0008)");
        let rendered = Notation::Percent.change(0.9991, 0.9994, None);
        assert_eq!(
            [&*rendered.first, &*rendered.second],
            ["99.91 %", "99.94 %"]
        );
        // Apart with three decimals, and not with the four that their difference needs.
        let it = estimate(0.000_08, -0.0002, 0.0004);
        let rendered = Notation::Decimals(3).change(0.090_46, 0.090_54, Some(&it));
        assert_eq!(
            [&*rendered.first, &*rendered.second],
            ["0.09046", "0.09054"]
        );
        let rendered = Notation::Decimals(3).change(0.25, 0.25, None);
        assert_eq!([&*rendered.first, &*rendered.second], ["0.250", "0.250"]);
    }

    #[test]
    fn parts_sum_to_all_and_none_is_rounded_away() {
        assert_eq!(percents_of_sum(&[1, 1, 1]), ["33.4 %", "33.3 %", "33.3 %"]);
        assert_eq!(percents_of_sum(&[2, 1]), ["66.7 %", "33.3 %"]);
        assert_eq!(percents_of_sum(&[1, 2999]), ["0.03 %", "99.97 %"]);
        assert_eq!(percents_of_sum(&[7]), ["100.0 %"]);
        assert_eq!(percents_of_sum(&[0, 0]), ["0.0 %", "0.0 %"]);
    }

    #[test]
    fn names_are_joined_as_in_a_sentence() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["Russia"]), "Russia");
        assert_eq!(listed(&["Russia", "Ukraine"]), "Russia and Ukraine");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }

    /// A number as a reader takes it; `None` for a bound.
    fn read(text: &str) -> Option<f64> {
        let number = text.split([' ', '%']).next().unwrap();
        (!number.starts_with(['<', '>'])).then(|| number.parse().unwrap())
    }

    proptest! {
        #[test]
        fn no_share_between_reads_as_none_or_all(share in 0.0..1.0_f64, shrunk in 0..300_i32, is_near_all: bool) {
            let share = share * 2_f64.powi(-if is_near_all { shrunk % 50 } else { shrunk });
            let share = if is_near_all { 1.0 - share } else { share };
            prop_assume!(0.0 < share && share < 1.0);
            if let Some(read) = read(&percent(share)) {
                prop_assert!(0.0 < read && read < 100.0, "{share}: {read}");
            }
        }

        #[test]
        fn no_estimate_of_a_share_reads_as_none_or_all(n in 1..1_u64 << 40, part in 0..1_u64 << 40) {
            let n_done = part % (n + 1);
            let it = Estimate::of_share(n_done, n).unwrap();
            let rendered = [percent_of(&it), percent_interval(&it)].join(" to ");
            let is_exact = [n_done == 0, n_done == n];
            for text in rendered.split(" to ") {
                if let Some(read) = read(text) {
                    prop_assert!(read > 0.0 || is_exact[0], "{rendered}");
                    prop_assert!(read < 100.0 || is_exact[1], "{rendered}");
                }
            }
        }

        #[test]
        fn no_difference_reads_as_none(number in -1.0..1.0_f64, shrunk in 0..300_i32) {
            let number = number * 2_f64.powi(-shrunk);
            prop_assume!(number.abs() > 0.0);
            let [of_shares] = Notation::Percent.signed_texts([number]);
            for text in [signed(number, 3), of_shares] {
                let read = read(&text).unwrap();
                prop_assert!(read.abs() > 0.0 && read.signum() == number.signum(), "{number}: {text}");
            }
        }

        #[test]
        fn figures_apart_by_more_than_a_millionth_read_as_different(first in 0.0..1.0_f64, by in 2e-6..1e-2_f64) {
            for notation in [Notation::Percent, Notation::Decimals(3)] {
                let rendered = notation.change(first, first + by, None);
                prop_assert!(rendered.first != rendered.second, "{rendered:?}");
            }
        }

        #[test]
        fn parts_that_are_not_all_never_read_as_none_or_all(counts in prop::collection::vec(0..1_u64 << 32, 1..8)) {
            let all: u64 = counts.iter().sum();
            let texts = percents_of_sum(&counts);
            for (text, &n) in texts.iter().zip(&counts) {
                let read = read(text).unwrap();
                prop_assert!(read > 0.0 || n == 0, "{texts:?}");
                prop_assert!(read < 100.0 || n == all, "{texts:?}");
            }
        }
    }
}
