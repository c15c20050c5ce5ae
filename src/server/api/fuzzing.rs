//! What the fuzz target of the API calls: what reads the bodies and paths of its clients.

use crate::server::api::endpoints::decode;
use crate::server::api::input::{ProxyInput, ToxicInput, parse};
use crate::server::api::toxic::Toxic;

/// Reads a body as each kind of request would.
///
/// # Panics
/// If a toxic is read from its own answer as another one.
pub fn read_body(body: &[u8]) {
    let _ = parse::<ProxyInput>(body);
    let _ = parse::<Vec<ProxyInput>>(body);
    let Ok(input) = parse::<ToxicInput>(body) else { return };
    let (toxicity, attributes) = (input.toxicity, input.attributes.clone());
    let Ok(mut toxic) = Toxic::new(input) else { return };
    let answer = toxic.to_json();
    let again = parse::<ToxicInput>(answer.to_string().as_bytes()).and_then(Toxic::new);
    let again = again.map(|again| (again.name.clone(), again.to_json()["attributes"].clone()));
    assert_eq!(again, Ok((toxic.name.clone(), answer["attributes"].clone())));
    let faults = toxic.faults("proxy");
    assert!(toxic.change(toxicity, attributes.as_ref()).is_ok(), "what made it changes it, too");
    assert_eq!(toxic.faults("proxy"), faults);
}

/// Reads a segment of a path.
///
/// # Panics
/// If it becomes longer than replacement characters make it.
pub fn read_segment(segment: &str) {
    assert!(decode(segment).len() <= 3 * segment.len());
}
