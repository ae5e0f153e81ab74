//! A track's samples: when they are shown, and where they lie.

use std::ops::Range;

use mp4_atom::{Stbl, StszSamples};

use super::{Broken, differs};

/// The length that all samples but the last have; the last may be shorter.
pub(super) fn step(stbl: &Stbl) -> Result<u32, Broken> {
    let entries = &stbl.stts.entries;
    let Some(first) = entries.first() else { return differs("a track's samples", "some", "none") };
    let regular = match &entries[1..] {
        [] => true,
        [last] => last.sample_count == 1 && last.sample_delta <= first.sample_delta,
        _ => false,
    };
    if regular {
        return Ok(first.sample_delta);
    }
    let found: Vec<String> = entries.iter().map(|e| format!("{} x {}", e.sample_count, e.sample_delta)).collect();
    differs("the lengths of a track's samples", "one length", found.join(", "))
}

/// How many samples there are by their sizes.
pub(super) fn count(stbl: &Stbl) -> u64 {
    match &stbl.stsz.samples {
        StszSamples::Identical { count, .. } => u64::from(*count),
        StszSamples::Different { sizes } => sizes.len() as u64,
    }
}

/// Whether the frames, each `step` long, are shown one after the other from 0 on, whatever order they are decoded in.
pub(super) fn fill_time(stbl: &Stbl, step: u32) -> Result<(), Broken> {
    let mut shown = vec![false; count(stbl) as usize];
    let offsets = stbl.ctts.iter().flat_map(|ctts| &ctts.entries);
    let offsets = offsets.flat_map(|e| std::iter::repeat_n(e.sample_offset, e.sample_count as usize));
    for (number, offset) in (0_i64..shown.len() as i64).zip(offsets.chain(std::iter::repeat(0))) {
        let (step, time) = (i64::from(step.max(1)), number * i64::from(step) + offset);
        let slot = usize::try_from(time / step).ok().filter(|_| time >= 0 && time % step == 0);
        match slot.and_then(|slot| shown.get_mut(slot)) {
            Some(free) if !*free => *free = true,
            _ => {
                let found = format!("sample {number} at {time} with {step} a frame");
                return differs("when frames are shown", "one after the other from 0 on", found);
            }
        }
    }
    Ok(())
}

/// Whether all samples lie in `data`.
pub(super) fn within(stbl: &Stbl, data: &Range<u64>) -> Result<(), Broken> {
    let chunks: Vec<u64> = match (&stbl.stco, &stbl.co64) {
        (Some(stco), _) => stco.entries.iter().map(|o| u64::from(*o)).collect(),
        (None, Some(co64)) => co64.entries.clone(),
        (None, None) => Vec::new(),
    };
    let mut sizes: Box<dyn Iterator<Item = u64>> = match &stbl.stsz.samples {
        StszSamples::Identical { count, size } => Box::new(std::iter::repeat_n(u64::from(*size), *count as usize)),
        StszSamples::Different { sizes } => Box::new(sizes.iter().map(|s| u64::from(*s))),
    };
    let mut runs = stbl.stsc.entries.iter().peekable();
    let mut samples = 0;
    for (number, start) in (1_u32..).zip(chunks) {
        while let Some(run) = runs.next_if(|run| run.first_chunk <= number) {
            samples = run.samples_per_chunk;
        }
        let end = start + sizes.by_ref().take(samples as usize).sum::<u64>();
        if start < data.start || end > data.end {
            let found = format!("chunk {number} from {start} to {end}");
            return differs("where samples lie", format!("inside {} to {}", data.start, data.end), found);
        }
    }
    match sizes.count() {
        0 => Ok(()),
        left => differs("samples without a place", "0", left.to_string()),
    }
}
