//! A memory of which scalar values are safe alone, for text by the megabyte.

use std::sync::OnceLock;

/// Scalar values of a page.
const PAGE: u32 = 256;

/// Pages of the Basic Multilingual Plane, whose scalar values make up nearly all text.
const PAGES: usize = 256;

/// A bit for each scalar value of a page.
type Page = [u64; 4];

/// Each page is filled when one of its scalar values is first asked for.
static MEMORY: [OnceLock<Page>; PAGES] = [const { OnceLock::new() }; PAGES];

/// Whether `is_safe` holds for this scalar value. It must always give the same answer.
pub(super) fn remembered(ch: char, is_safe: impl Fn(char) -> bool) -> bool {
    let scalar = u32::from(ch);
    let Some(memory) = MEMORY.get((scalar / PAGE) as usize) else { return is_safe(ch) };
    let page = memory.get_or_init(|| {
        let first = scalar / PAGE * PAGE;
        let mut page = Page::default();
        for at in 0..PAGE {
            let is_set = char::from_u32(first + at).is_some_and(&is_safe);
            page[(at / 64) as usize] |= u64::from(is_set) << (at % 64);
        }
        page
    });
    let at = scalar % PAGE;
    page[(at / 64) as usize] >> (at % 64) & 1 == 1
}
