//! A number as text, and how likely it is meant.

/// A reading of bytes as a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number {
    /// The number.
    pub text: String,
    /// Whether the bytes are likely to mean it.
    pub is_likely: bool,
}

/// An integer of `bits` bits: unsigned, and also signed where that is another number.
pub(super) fn integer(value: u64, bits: u32) -> Number {
    let signed = (value << (64 - bits)).cast_signed() >> (64 - bits);
    let text = if signed < 0 { format!("{value}  {signed}") } else { value.to_string() };
    Number { text, is_likely: true }
}

/// An integer of 64 bits. Most that mean anything leave the upper bytes free.
pub(super) fn large(value: i128) -> Number {
    Number { text: value.to_string(), is_likely: value.unsigned_abs() < 1 << 53 }
}

/// A floating-point number. One that something measured is seldom very large or very small.
pub(super) fn float(value: f64, text: String) -> Number {
    let is_likely = value == 0.0 || (1e-6..1e12).contains(&value.abs());
    Number { text, is_likely }
}
