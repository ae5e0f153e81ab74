//! What work takes, as it was measured: processor seconds of all threads and programs, a unit.
//!
//! `protovideo bench rates` takes these figures anew, best with a release build. They are of November 2026, on 2 cores of an
//! AMD EPYC that other work shared, with AVX-512 and ffmpeg 5.1: the example, spoken by `heart` and by `af_heart`.

use super::Range;

/// Another processor may take so many times as long or as short, and other pictures and texts other times than the
/// example's: what is told is between these two.
pub const SPREAD: Range = Range::of(0.5, 2.5);

/// Characters of English that are spoken in a second, at a pace of 1: 18 by both voices, and what other texts and voices
/// may make of it.
pub const CHARS_A_SECOND: Range = Range::of(12.0, 22.0);
/// A second of speech by the voices of `hibari`.
pub const HIBARI_SECOND: f64 = 0.016;
/// A second of speech by the voices of `kokoro`.
pub const KOKORO_SECOND: f64 = 0.41;
/// A million pixels of a drawn picture.
pub const PICTURE_MEGAPIXEL: f64 = 0.085;
/// A million pixels of a frame: sampled, captions laid over it, encoded.
pub const FRAME_MEGAPIXEL: f64 = 0.008;
/// A second of the film's sound: read, mixed, measured, limited, in some passes; encoded.
pub const SOUND_SECOND: f64 = 0.012;
/// A second of the film: its scenes and its sound joined, all of it checked.
pub const FILM_SECOND: f64 = 0.004;
/// A million pixels of the poster, which is made from a larger picture.
pub const POSTER_MEGAPIXEL: f64 = 0.032;

/// Seconds that an images API takes for a picture.
pub const API_SECONDS: Range = Range::of(5.0, 60.0);
/// Seconds in which a function begins, loads its models, and asks its stores, for each message.
pub const MESSAGE_SECONDS: Range = Range::of(0.1, 1.0);
/// Seconds in which a request is planned.
pub const SUBMIT_SECONDS: Range = Range::of(0.1, 3.0);

/// Bytes of a million pixels of a frame.
pub const FRAME_MEGAPIXEL_BYTES: f64 = 1_360.0;
/// Bytes of a million pixels of a picture.
pub const PICTURE_MEGAPIXEL_BYTES: f64 = 152_000.0;
/// Bytes of a second of speech: 24 kHz, 16 bit, one channel.
pub const SPEECH_SECOND_BYTES: f64 = 48_000.0;
/// Bytes of a second of the film's sound: 192 kb/s.
pub const SOUND_SECOND_BYTES: f64 = 24_000.0;
