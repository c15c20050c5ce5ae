//! What the user has done to one side of a connection.

/// What the user has done to one side of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UserActions {
    /// Number of bytes of the user that were sent to this side. They are among the sent ones.
    pub injected: u64,
    /// Whether nothing is read from this side.
    pub is_paused: bool,
    /// Whether what is sent to this side ends with FIN.
    pub is_half_closed: bool,
}
