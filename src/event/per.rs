//! Pairs of values, one for each side, direction or backend, looked up by the enum.

use std::ops::{Index, IndexMut};

use crate::event::ids::{BackendKind, Direction, Side};

/// Defines a pair with one named value for each variant of an enum with two variants.
macro_rules! pair {
    ($(#[$doc:meta])* $pair:ident by $key:ident: $first:ident of $First:ident, $second:ident of $Second:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
        #[expect(missing_docs, reason = "each field is named after its variant")]
        pub struct $pair<T> {
            pub $first: T,
            pub $second: T,
        }

        impl<T> $pair<T> {
            /// A pair whose values `value` makes from the keys, in the order in which they are shown.
            pub fn from_fn(mut value: impl FnMut($key) -> T) -> Self {
                let [$first, $second] = $key::ALL.map(&mut value);
                Self { $first, $second }
            }

            /// The value of this key.
            #[must_use]
            pub const fn get(&self, key: $key) -> &T {
                match key {
                    $key::$First => &self.$first,
                    $key::$Second => &self.$second,
                }
            }

            /// The value of this key, to be changed.
            pub const fn get_mut(&mut self, key: $key) -> &mut T {
                match key {
                    $key::$First => &mut self.$first,
                    $key::$Second => &mut self.$second,
                }
            }

            /// Both values with their keys, in the order in which they are shown.
            pub fn iter(&self) -> impl ExactSizeIterator<Item = ($key, &T)> {
                $key::ALL.into_iter().map(|key| (key, self.get(key)))
            }
        }

        impl<T> Index<$key> for $pair<T> {
            type Output = T;

            fn index(&self, key: $key) -> &T {
                self.get(key)
            }
        }

        impl<T> IndexMut<$key> for $pair<T> {
            fn index_mut(&mut self, key: $key) -> &mut T {
                self.get_mut(key)
            }
        }
    };
}

pair! {
    /// One value for each side of a connection.
    PerSide by Side: client of Client, upstream of Upstream
}

pair! {
    /// One value for each direction.
    PerDirection by Direction: received of Received, sent of Sent
}

pair! {
    /// One value for each backend.
    PerBackend by BackendKind: event_loop of Async, threads of Threads
}

impl PerDirection<u64> {
    /// The sum over both directions.
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.received + self.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_key() {
        let mut bytes = PerDirection { received: 1, sent: 2 };
        bytes[Direction::Sent] += 5;
        assert_eq!((bytes[Direction::Received], bytes[Direction::Sent]), (1, 7));
        assert_eq!(PerSide::from_fn(Side::other), PerSide { client: Side::Upstream, upstream: Side::Client });
        assert_eq!(
            PerBackend::from_fn(BackendKind::word),
            PerBackend { event_loop: "async", threads: "threads" }
        );
    }

    #[test]
    fn values_come_in_the_order_of_their_keys() {
        let served = PerBackend { threads: 3, event_loop: 1 };
        let listed: Vec<_> = served.iter().map(|(backend, &connections)| (backend, connections)).collect();
        assert_eq!(listed, [(BackendKind::Async, 1), (BackendKind::Threads, 3)]);
    }
}
