//! The modes of the terminal that the dashboard changes, as the bytes that set and reset them.

/// Enters the alternate screen; reports buttons, drags and the wheel of the mouse, but no idle moves; bracketed
/// paste; no cursor; explicit bidirectional mode, so that terminals do not reorder right-to-left text.
pub(super) const ENTER: &[u8] = b"\x1b[?1049h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?25l\x1b[8l";

/// Enables only the mouse modes of [`ENTER`].
pub(super) const CAPTURE_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Disables the mouse modes, so that the terminal selects text with the mouse.
pub(super) const RELEASE_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Undoes [`ENTER`], and also ends a frame and a style that were left open. The alternate screen is cleared first: tmux 3.3a
/// leaves lines of it on the other screen if the window grew and shrank meanwhile.
pub(super) const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b[1;1H\x1b[J\x1b[8h\x1b[?25h\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?1049l";
