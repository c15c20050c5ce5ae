//! The caption of a lesson.

pub mod caption;
