//! Each rule by a table.
