//! What a spreadsheet needs to open a table by double-click.

use serde::{Deserialize, Serialize};

use crate::output::csv_rows::{Dialect, LineEnd};

/// Rows that a sheet takes, the header included.
pub(super) const SHEET_ROWS_MAX: u64 = 1_048_576;

/// The mark by which spreadsheets recognise UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What stands between fields; the decimals follow from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// `,` with decimals behind `.`, as spreadsheets in English expect.
    Comma,
    /// `;` with decimals behind `,`, as spreadsheets in most of Europe expect.
    Semicolon,
}

impl Delimiter {
    /// What spreadsheets expect in a locale, from its name as in `LANG`.
    pub fn of_locale(locale: &str) -> Self {
        // These languages write decimals behind a point; so does the locale without a language.
        const DECIMAL_POINT: [&str; 11] = [
            "", "c", "posix", "en", "zh", "ja", "ko", "th", "he", "hi", "ms",
        ];
        let language = locale
            .split(['_', '.', '@', '-'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if DECIMAL_POINT.contains(&language.as_str()) {
            Self::Comma
        } else {
            Self::Semicolon
        }
    }

    /// How fields become bytes.
    pub fn dialect(self) -> Dialect {
        let (delimiter, decimal_point) = match self {
            Self::Comma => (b',', '.'),
            Self::Semicolon => (b';', ','),
        };
        Dialect {
            delimiter,
            decimal_point,
            line_end: LineEnd::CrLf,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_that_of_the_language() {
        for point in ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "ja_JP"] {
            assert_eq!(Delimiter::of_locale(point), Delimiter::Comma, "{point}");
        }
        for comma in ["de_DE.UTF-8", "fr", "uk_UA.UTF-8", "ru_RU"] {
            assert_eq!(Delimiter::of_locale(comma), Delimiter::Semicolon, "{comma}");
        }
    }
}
