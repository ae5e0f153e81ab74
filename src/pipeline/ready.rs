//! Which work can begin, from the plan and the done set. Pure.

use std::collections::BTreeSet;

use crate::domain::task::Work;
use crate::recipe::plan::Plan;

/// All work that can begin and is not done: the first phase that is not complete. For submit, resume and reconcile.
pub(super) fn ready(plan: &Plan, done: &BTreeSet<String>) -> Vec<Work> {
    let narrations = (0..plan.narration.len() as u32).map(|run| Work::Narrate { run });
    let scenes = (0..plan.scenes.len() as u32).map(|scene| Work::Render { scene });
    let open = |work: &Work| !done.contains(&work.step());
    let phases: [Vec<Work>; 2] = [narrations.filter(open).collect(), scenes.filter(open).collect()];
    phases.into_iter().find(|phase| !phase.is_empty()).unwrap_or_else(|| vec![Work::Assemble])
}

/// The work that the end of `work` makes ready: that of a later phase. Within a phase all messages were sent when it
/// began, so that a film of n scenes takes n messages and not n squared; whoever lost one is helped by reconcile.
pub(super) fn unlocked(plan: &Plan, done: &BTreeSet<String>, work: &Work) -> Vec<Work> {
    let next = ready(plan, done);
    let later = match work {
        Work::Narrate { .. } => next.iter().all(|w| !matches!(w, Work::Narrate { .. })),
        Work::Render { .. } => next == [Work::Assemble],
        Work::Assemble => false,
    };
    if later { next } else { Vec::new() }
}
