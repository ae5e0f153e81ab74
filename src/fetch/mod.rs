//! What users point at: guarded downloads, pinned by digest.
