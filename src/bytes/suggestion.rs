//! Suggestions for mistyped words.

/// The word that is most similar to `typed`, if one is similar enough: one letter may differ in a short word, two in a
/// longer one.
#[must_use]
pub fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_ascii_lowercase();
    let allowed = if typed.chars().count() < 4 { 1 } else { 2 };
    let near = words.into_iter().map(|word| (distance(&typed, &word.to_ascii_lowercase()), word));
    near.filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The Levenshtein distance: the number of letters to insert, delete or replace.
fn distance(first: &str, second: &str) -> usize {
    let second: Vec<char> = second.chars().collect();
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (at, letter) in first.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (place, other) in second.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[second.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_a_strange_one_is_not() {
        let words = ["serve", "demo", "load"];
        for (typed, word) in [
            ("serv", Some("serve")),
            ("DEMOO", Some("demo")),
            ("laod", Some("load")),
            ("relay", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, words), word, "{typed}");
        }
        assert_eq!((distance("kitten", "sitting"), distance("", "abc"), distance("é", "e")), (3, 3, 1));
    }
}
