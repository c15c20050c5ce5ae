//! Recordings are read as other programs read them: captures of tcpdump and dumpcap are compared, connection by
//! connection, with what `tshark -z follow` says of them; odd files are made here.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod captured;
mod compared;
mod made;
mod odd;
mod opened;
mod stored;
mod traffic;
mod tshark;
