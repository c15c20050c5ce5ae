//! The terminal itself: taken, given back, lost, resized, stopped.

use nix::sys::signal::Signal;
use portable_pty::PtySize;

use crate::pty::{ENTERED, FRAME, LEFT, show, signal, wait_for};

#[test]
fn the_terminal_is_given_back_before_the_counts_are_told() {
    for end in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut shown = show();
        shown.wait(ENTERED);
        shown.wait(FRAME);
        signal(shown.pid(), end);
        shown.wait(LEFT);
        shown.wait("0 connections, 0 B received, 0 B sent, nothing missed");
        assert_eq!(shown.child.wait().unwrap().exit_code(), 0);
    }
}

#[test]
fn a_new_size_is_drawn_at_once() {
    let mut shown = show();
    shown.wait(FRAME);
    for rows in 10..60 {
        shown.master.resize(PtySize { rows, cols: 2 * rows, pixel_width: 0, pixel_height: 0 }).unwrap();
    }
    shown.wait(FRAME);
    signal(shown.pid(), Signal::SIGTERM);
    assert_eq!(shown.child.wait().unwrap().exit_code(), 0);
}

#[test]
fn stopping_gives_the_terminal_back_and_going_on_takes_it_again() {
    let mut shown = show();
    shown.wait(FRAME);
    signal(shown.pid(), Signal::SIGTSTP);
    shown.wait(LEFT);
    let status = format!("/proc/{}/stat", shown.pid());
    wait_for("the stop", || std::fs::read_to_string(&status).unwrap().contains(") T ").then_some(()));
    signal(shown.pid(), Signal::SIGCONT);
    shown.wait(ENTERED);
    shown.wait(FRAME);
    signal(shown.pid(), Signal::SIGTERM);
    shown.wait(LEFT);
    assert_eq!(shown.child.wait().unwrap().exit_code(), 0);
}

#[test]
fn a_lost_terminal_ends_it() {
    let shown = show();
    shown.wait(FRAME);
    let mut child = shown.lose_terminal();
    let status = wait_for("the end", || child.try_wait().unwrap());
    assert_eq!(status.exit_code(), 0);
}
