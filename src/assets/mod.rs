//! Where the installed models, voices and fonts lie, and the digests they must have.
