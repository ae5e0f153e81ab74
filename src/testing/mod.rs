//! The world in memory: stores, faults, stand-ins.

pub mod http;
