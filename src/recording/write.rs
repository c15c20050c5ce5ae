//! Events as pcapng: what was read and written at sockets, as the packets of made-up TCP conversations.
//!
//! A capture of a network has packets; a server has reads and writes. So each connection becomes a conversation that no
//! network saw: SYN, the bytes in segments with right sequence numbers, acknowledgements, FIN or RST. The bytes, their
//! order, their times and the addresses are true; the rest is as plain as possible, so that Wireshark has nothing to
//! remark about it. TLS is written as the plaintext that the service saw, at the real port.
//!
//! | module | is |
//! |---|---|
//! | `block` | the blocks of the file |
//! | `packet` | IP and TCP headers, in a block |
//! | `checksum` | the checksum of IP and TCP |
//! | `blocks` | the blocks that wait to be written to the file |
//! | `conversation` | the sequence numbers of one connection, and which packets an event becomes |
//! | `ending` | the packets at the end of a conversation |
//! | `endpoints` | the addresses of a conversation; made-up ones for Unix sockets |
//! | `remark` | what is said in comments |
//! | `upstream` | the side of the upstream, where it may differ from that of the client |
//! | `writer` | events in, blocks out |
//!
//! A file has one section and one interface of the link type RAW, because libpcap refuses a second one of that type. It
//! has no Custom Blocks: programs show them as packets. All that is said beside the bytes is said in comments of packets.

mod block;
mod blocks;
mod checksum;
mod conversation;
mod ending;
mod endpoints;
mod packet;
mod remark;
mod upstream;
mod writer;

pub use blocks::{BLOCK, Blocks};
pub use writer::{KnownConnection, PcapngWriter};
