//! What a film will cost, knowing what is there, and whether that is allowed.

use std::collections::BTreeSet;

use super::Pipeline;
use super::error::SubmitError;
use crate::cost::{Estimate, estimate};
use crate::domain::request::{Fault, Faults};
use crate::ports::PortResult;
use crate::recipe::plan::Plan;

impl Pipeline {
    /// What a plan will cost here, where what is in the cache costs nothing.
    pub async fn estimate(&self, plan: &Plan) -> PortResult<Estimate> {
        let ids: BTreeSet<_> = plan.artifacts()?.into_iter().map(|(_, id)| id).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let found = self.world.artifacts.find_all(&ids).await?;
        let cached = ids.into_iter().zip(found).filter_map(|(id, found)| found.map(|_| id)).collect();
        Ok(estimate(plan, &cached, &self.settings.pricing)?)
    }

    /// Refuses a plan that may cost more US dollars than are allowed: where the highest estimate is more, and where it
    /// cannot be told.
    pub(super) async fn afford(&self, plan: &Plan, allowed: Option<f64>) -> Result<(), SubmitError> {
        let Some(allowed) = allowed else { return Ok(()) };
        match refusal(&self.estimate(plan).await?, allowed) {
            Some(why) => Err(Faults::new(vec![Fault::new("max_cost", why)]).into()),
            None => Ok(()),
        }
    }
}

/// Why an estimate is more than is allowed.
#[must_use]
pub fn refusal(estimate: &Estimate, allowed: f64) -> Option<String> {
    if let Some(who) = estimate.unpriced.first() {
        return Some(format!(
            "found {allowed}, and what a picture by {who} costs is not known; set OPENAI_IMAGE_PRICE, or leave max_cost out"
        ));
    }
    let (low, high) = (estimate.usd.low, estimate.usd.high);
    let least = (high * 1e4).ceil() / 1e4;
    (high > allowed).then(|| {
        format!("found {allowed}; the film would cost {low:.4} to {high:.4} US dollars; allowed: {least} or more")
    })
}
