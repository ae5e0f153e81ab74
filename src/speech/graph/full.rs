//! What is no convolution, in full precision: for a GPU, which has no operators for the published form.

use super::edit::Edit;
use super::quantised::{Quantised, Weights};
use super::schema::{Node, Tensor};
use super::unexpected;
use crate::ports::PortResult;

/// `MatMul` for each `MatMulInteger`.
pub(super) fn multiplications(edit: &mut Edit) -> PortResult<()> {
    for place in edit.all("MatMulInteger") {
        let found = Quantised::at(edit, place)?;
        let weights = &found.weights;
        // Twelve layers share their weights.
        let name = format!("{}/full", weights.name);
        let name = edit.add(name, |name| Tensor::of_floats(name, weights.shape, &weights.full()));
        edit.replace(found.last, vec![Node::new("MatMul", vec![found.x.to_owned(), name], found.y)]);
    }
    Ok(())
}

/// `LSTM` for each `DynamicQuantizeLSTM`, whose weights and recurrences are 8-bit `[directions, inputs, 4 * hidden]`;
/// ONNX has them as `[directions, 4 * hidden, inputs]`.
pub(super) fn recurrences(edit: &mut Edit) -> PortResult<()> {
    for place in edit.all("DynamicQuantizeLSTM") {
        let node = &edit.nodes[place];
        let mut inputs = node.inputs.clone();
        inputs.truncate(8);
        for (number, scale) in [(1, 8), (2, 10)] {
            let name = edit.input(place, number)?;
            let full = format!("{name}/full");
            if !edit.added(&full) {
                let (shape, numbers) = transposed(edit, place, [number, scale, scale + 1])?;
                edit.add(full.clone(), |name| Tensor::of_floats(name, &shape, &numbers));
            }
            inputs[number] = full;
        }
        let mut new = Node::new("LSTM", inputs, edit.output(place)?).with(&node.attributes);
        new.outputs.clone_from(&node.outputs);
        edit.replace(place, vec![new]);
    }
    Ok(())
}

/// The numbers of an LSTM's weights with their last two axes exchanged. Scales and zeros are one for each direction.
fn transposed(edit: &Edit, place: usize, [weights, scale, zero]: [usize; 3]) -> PortResult<(Vec<i64>, Vec<f32>)> {
    let name = edit.input(place, weights)?;
    let tensor = edit.weights(name)?;
    let [directions, rows, columns] = tensor.shape[..] else {
        return Err(unexpected(format!("`{name}` has other axes than an LSTM's weights")));
    };
    let values = tensor.as_bytes()?;
    let scales = edit.weights(edit.input(place, scale)?)?.as_floats()?;
    let zeros = edit.weights(edit.input(place, zero)?)?.as_bytes()?;
    let each = [scales.len(), zeros.len()].iter().all(|count| *count as i64 == directions);
    if !each || values.len() as i64 != directions * rows * columns {
        return Err(unexpected(format!("`{name}` has other zeros or scales than directions")));
    }
    let (width, mut numbers) = (columns as usize, Vec::with_capacity(values.len()));
    let size = (rows * columns) as usize;
    for ((values, scale), zero) in values.chunks(size).zip(scales).zip(zeros) {
        let part = Weights::new(name, &tensor.shape[1..], [values.to_vec(), vec![zero]], vec![scale])?.full();
        numbers.extend((0..width).flat_map(|column| part.iter().skip(column).step_by(width).copied()));
    }
    Ok((vec![directions, columns, rows], numbers))
}
