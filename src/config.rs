//! Environment to [`Config`]; the only reader of variables.
