//! Logs and their field names.
