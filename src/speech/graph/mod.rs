//! Kokoro's graph, rewritten when it is installed.
//!
//! The published file multiplies numbers of 8 bits and finds their scales anew at every run (`ConvInteger` behind
//! `DynamicQuantizeLinear`), which is slower than it has to be. Where the scales are known beforehand, from a table
//! (`calibration`), ONNX Runtime has a convolution that is several times faster (`QLinearConv`). What loses too much by
//! that gets the numbers that its weights stand for, as `f32`, and so does everything for a GPU, which has no operators
//! for the published form.

mod calibration;
mod convolutions;
mod edit;
mod full;
mod quantised;
mod schema;
#[cfg(test)]
mod tests;

use std::fmt::Display;

use prost::Message;

use self::edit::Edit;
use self::schema::{Model, Node, Value};
use super::runtime::failed;
use crate::ports::{PortError, PortResult};

/// What Kokoro's graph is rewritten to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For a processor: each convolution in the arithmetic that `convolutions` gives it, the rest as published.
    Mixed,
    /// All in `f32`, for a GPU.
    Full,
    /// All convolutions in `f32`, the rest as published: the same durations, so that its sound can be compared with the
    /// others' frame by frame. It also tells the ranges of all tensors that the table has to have, as outputs named
    /// `min TENSOR` and `max TENSOR`.
    Reference,
}

/// The published graph in another form, as the bytes of an ONNX file. The same bytes on every machine: all arithmetic is
/// IEEE 754's basic operations, in one order.
pub(super) fn rewritten(published: Vec<u8>, form: Form) -> PortResult<Vec<u8>> {
    let mut model = Model::decode(prost::bytes::Bytes::from(published)).map_err(unexpected)?;
    let graph = model.graph.as_mut().ok_or_else(|| unexpected("it holds no graph"))?;
    let mut edit = Edit::of(graph);
    match form {
        Form::Mixed => convolutions::mix(&mut edit)?,
        Form::Full => {
            convolutions::fill(&mut edit)?;
            full::multiplications(&mut edit)?;
            full::recurrences(&mut edit)?;
        }
        Form::Reference => convolutions::fill(&mut edit)?,
    }
    let ranges = if form == Form::Reference { convolutions::ranged(&edit)? } else { Vec::new() };
    let (nodes, tensors) = edit.finish(graph);
    (graph.nodes, graph.tensors) = (nodes, tensors);
    graph.between.clear();
    for tensor in ranges {
        for (operator, name) in [("ReduceMin", format!("min {tensor}")), ("ReduceMax", format!("max {tensor}"))] {
            graph.nodes.push(Node::new(operator, vec![tensor.clone()], &name));
            graph.outputs.push(Value::of_floats(&name));
        }
    }
    Ok(model.encode_to_vec())
}

/// The file is not the one that this was written for.
fn unexpected(what: impl Display) -> PortError {
    failed("kokoro.onnx is not the graph that was expected", what)
}
