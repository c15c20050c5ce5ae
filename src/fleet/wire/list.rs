//! Lists with a limit.

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

/// A list of at most `MOST` values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List<T, const MOST: usize>(Vec<T>);

impl<T, const MOST: usize> Default for List<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MOST: usize> List<T, MOST> {
    /// Adds a value, unless the list is full.
    pub fn push(&mut self, value: T) {
        if self.0.len() < MOST {
            self.0.push(value);
        }
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.0
    }

    /// The values themselves.
    #[must_use]
    pub fn into_values(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MOST: usize> FromIterator<T> for List<T, MOST> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().take(MOST).collect())
    }
}

impl<C, T: Encode<C>, const MOST: usize> Encode<C> for List<T, MOST> {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(self.0.len() as u64)?;
        self.0.iter().try_for_each(|value| value.encode(e, ctx))
    }
}

impl<'b, C, T: Decode<'b, C>, const MOST: usize> Decode<'b, C> for List<T, MOST> {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let too_long = || decode::Error::message("a list is too long");
        let Some(length) = d.array()? else {
            return Err(decode::Error::message("a list has no length"));
        };
        // The length is only what somebody claims, so memory is taken as the values are read.
        let length = usize::try_from(length).ok().filter(|length| *length <= MOST).ok_or_else(too_long)?;
        (0..length).map(|_| T::decode(d, ctx)).collect::<Result<_, _>>().map(Self)
    }
}
