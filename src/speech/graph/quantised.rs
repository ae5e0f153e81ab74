//! A multiplication of 8-bit numbers, as the published file has it, with all that stands around it:
//!
//! ```text
//! x ──> DynamicQuantizeLinear ──> ConvInteger or MatMulInteger ──> (Add) ──> Cast ──> Mul ──> y
//!                 └── scale ──> Mul (by the weights' scale) ───────────────────────────┘
//! bias ──> Div (by that) ──> Floor ──> Cast ──> Reshape ──> Add
//! ```

use super::edit::Edit;
use super::unexpected;
use crate::ports::PortResult;

/// Which values go in and out, and what it multiplies by.
pub(super) struct Quantised<'a> {
    pub(super) x: &'a str,
    pub(super) y: &'a str,
    pub(super) weights: Weights<'a>,
    pub(super) bias: Option<&'a str>,
    /// The last node, which makes `y`.
    pub(super) last: usize,
}

/// Weights of 8 bits: `(value - zero) * scale` each. There is one zero and one scale, or one for each column, which is
/// the last axis.
pub(super) struct Weights<'a> {
    pub(super) name: &'a str,
    pub(super) shape: &'a [i64],
    values: Vec<i16>,
    zeros: Vec<i16>,
    scales: Vec<f32>,
}

impl<'a> Quantised<'a> {
    /// The one whose `ConvInteger` or `MatMulInteger` stands at a place.
    pub(super) fn at(edit: &Edit<'a>, place: usize) -> PortResult<Self> {
        let dynamic = edit.producer(edit.input(place, 0)?, "DynamicQuantizeLinear")?;
        let mut cast = edit.only_consumer(place)?;
        let mut bias = None;
        if edit.nodes[cast].operator() == "Add" {
            let reshape = edit.producer(edit.input(cast, 1)?, "Reshape")?;
            let whole = edit.producer(edit.input(reshape, 0)?, "Cast")?;
            let floor = edit.producer(edit.input(whole, 0)?, "Floor")?;
            let divided = edit.producer(edit.input(floor, 0)?, "Div")?;
            bias = Some(edit.input(divided, 0)?);
            cast = edit.only_consumer(cast)?;
        }
        let last = edit.only_consumer(cast)?;
        if edit.nodes[cast].operator() != "Cast" || edit.nodes[last].operator() != "Mul" {
            return Err(unexpected(format!("`{}` is not followed by Cast and Mul", edit.nodes[place].name())));
        }
        let scaled = usize::from(edit.input(last, 0)? == edit.output(cast)?);
        let scales = edit.producer(edit.input(last, scaled)?, "Mul")?;
        let scale = [edit.input(scales, 0)?, edit.input(scales, 1)?].into_iter().find_map(|name| edit.tensor(name));
        let scale = scale.ok_or_else(|| unexpected(format!("`{}` has no scale", edit.nodes[place].name())))?;
        let name = edit.input(place, 1)?;
        let tensor = edit.weights(name)?;
        let weights = Weights {
            name,
            shape: &tensor.shape,
            values: tensor.as_bytes()?,
            zeros: edit.weights(edit.input(place, 3)?)?.as_bytes()?,
            scales: scale.as_floats()?,
        };
        weights.fit()?;
        Ok(Self { x: edit.input(dynamic, 0)?, y: edit.output(last)?, weights, bias, last })
    }
}

impl<'a> Weights<'a> {
    pub(super) fn new(
        name: &'a str,
        shape: &'a [i64],
        [values, zeros]: [Vec<i16>; 2],
        scales: Vec<f32>,
    ) -> PortResult<Self> {
        let weights = Self { name, shape, values, zeros, scales };
        weights.fit().map(|()| weights)
    }

    /// Whether there are as many values, zeros and scales as the shape says.
    fn fit(&self) -> PortResult<()> {
        let columns = self.shape.last().map_or(0, |columns| *columns as usize);
        let fits = |count: usize| count == 1 || count == columns;
        let all = self.shape.iter().product::<i64>() as usize == self.values.len();
        if all && fits(self.zeros.len()) && fits(self.scales.len()) {
            return Ok(());
        }
        Err(unexpected(format!("`{}` has other zeros or scales than columns", self.name)))
    }

    /// The numbers that the weights stand for.
    pub(super) fn full(&self) -> Vec<f32> {
        let (zeros, scales) = (self.zeros.iter().cycle(), self.scales.iter().cycle());
        let numbers = self.values.iter().zip(zeros).zip(scales);
        numbers.map(|((value, zero), scale)| f32::from(value - zero) * scale).collect()
    }
}
