//! The world in memory: stores, faults, stand-ins.
