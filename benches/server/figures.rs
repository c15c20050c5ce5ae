//! Percentiles of figures, and times as a screen shows them.

/// The value that `percent` of 100 figures do not exceed (nearest rank); NaN without figures. Not `hdrhistogram`, which
/// holds integers: the figures are few, and fractions.
pub(crate) fn percentile(mut figures: Vec<f64>, percent: f64) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    let rank = (figures.len() as f64 * percent / 100.0).ceil() as usize;
    figures.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// Parses a time at the start of a text such as `310 ms` or `1.2 s`, in seconds.
pub(crate) fn shown_seconds(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    let unit = words.next()?;
    let unit = unit.trim_end_matches(|letter: char| !letter.is_alphabetic());
    let of_a_second = match unit {
        "s" => 1.0,
        "ms" => 1e-3,
        "µs" => 1e-6,
        _ => return None,
    };
    Some(number * of_a_second)
}
