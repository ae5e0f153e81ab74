//! Rows of a chart: steps of one lane may run side by side (a scene's sentences and its picture), so a lane has as many rows
//! as it needs.

use crate::domain::task::StepRecord;

/// Steps by their workers and lanes, in rows in which none overlaps another.
pub(super) fn rows(records: &[StepRecord]) -> Vec<Vec<&StepRecord>> {
    let lane = |record: &StepRecord| (record.place.worker.clone(), record.lane);
    let mut sorted: Vec<_> = records.iter().collect();
    sorted.sort_by_cached_key(|r| (lane(r), r.began_at));
    let mut rows: Vec<Vec<&StepRecord>> = Vec::new();
    for record in sorted {
        let free = rows.iter_mut().find(|row| {
            row.last().is_some_and(|last| {
                (&last.place.worker, last.lane) == (&record.place.worker, record.lane)
                    && last.ended_at() <= record.began_at
            })
        });
        match free {
            Some(row) => row.push(record),
            None => rows.push(vec![record]),
        }
    }
    rows
}
