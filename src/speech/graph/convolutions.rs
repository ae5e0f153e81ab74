//! Each of the 87 convolutions in the arithmetic that suits it.

use super::calibration::{Calibration, Scale};
use super::edit::Edit;
use super::quantised::Quantised;
use super::schema::{Node, Tensor};
use super::unexpected;
use crate::ports::PortResult;

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arithmetic {
    /// In 8 bits with scales that are known beforehand.
    Static,
    /// In `f32`.
    Full,
    /// In 8 bits with scales that are found at every run.
    Published,
}

/// Weights with fixed scales are whole numbers of at most this size. x86 processors without VNNI add two products with values
/// up to 255 in 16 bits, and cut off what does not fit: 2 * 255 * 64 does. 7 bits cost nothing that can be measured (0.01 dB).
const GREATEST: f32 = 64.0;

/// Measured (`scripts/gates/spectra.py`): the 30 that cost most and bear fixed scales have them. 22 get full precision that
/// take little room and do most for the sound by it: what finds the pitch (`F0`), those of one to three channels, and
/// the ends of the last residual blocks, which fixed scales would spoil. The 35 others have most of the weights.
fn arithmetic(name: &str) -> Arithmetic {
    let within = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let last = within(&["/resblocks.3/", "/resblocks.4/", "/resblocks.5/"]);
    if within(&["/noise_res."]) || within(&["/resblocks."]) && within(&["/convs1."]) {
        Arithmetic::Static
    } else if within(&["/F0.", "/F0_", "/N_", "/noise_convs."]) || last && within(&["/convs2."]) {
        Arithmetic::Full
    } else {
        Arithmetic::Published
    }
}

/// All convolutions, each with what it is to become.
fn all<'a>(edit: &Edit<'a>) -> PortResult<Vec<(Arithmetic, usize, Quantised<'a>)>> {
    let one = |place: usize| Ok((arithmetic(edit.nodes[place].name()), place, Quantised::at(edit, place)?));
    edit.all("ConvInteger").into_iter().map(one).collect()
}

/// Gives each convolution its own arithmetic.
pub(super) fn mix(edit: &mut Edit) -> PortResult<()> {
    let calibration = Calibration::load()?;
    for (arithmetic, place, found) in all(edit)? {
        match arithmetic {
            Arithmetic::Static => fix(edit, place, &found, &calibration)?,
            Arithmetic::Full => full(edit, place, &found),
            Arithmetic::Published => {}
        }
    }
    Ok(())
}

/// Gives all convolutions full precision.
pub(super) fn fill(edit: &mut Edit) -> PortResult<()> {
    for (_, place, found) in all(edit)? {
        full(edit, place, &found);
    }
    Ok(())
}

/// The tensors whose ranges have to be known for [`mix`]: what goes into a convolution with fixed scales, what comes out.
pub(super) fn ranged(edit: &Edit) -> PortResult<Vec<String>> {
    let mut tensors = Vec::new();
    for (_, _, found) in all(edit)?.into_iter().filter(|(arithmetic, ..)| *arithmetic == Arithmetic::Static) {
        tensors.extend([found.x, found.y].map(str::to_owned));
    }
    tensors.sort();
    tensors.dedup();
    Ok(tensors)
}

/// `Conv` over what the weights stand for.
fn full(edit: &mut Edit, place: usize, found: &Quantised) {
    let weights = &found.weights;
    let name = format!("{}/full", weights.name);
    let name = edit.add(name, |name| Tensor::of_floats(name, weights.shape, &weights.full()));
    let inputs = [found.x.to_owned(), name].into_iter().chain(found.bias.map(str::to_owned)).collect();
    let node = Node::new("Conv", inputs, found.y).with(&edit.nodes[place].attributes);
    edit.replace(found.last, vec![node]);
}

/// `QuantizeLinear`, `QLinearConv`, `DequantizeLinear`.
///
/// Weights are rounded anew, symmetrically and with a scale for each output channel: the fast kernels ask for weights with
/// a sign and without a zero point. The bias is in units of the products, as ONNX defines it.
fn fix(edit: &mut Edit, place: usize, found: &Quantised, calibration: &Calibration) -> PortResult<()> {
    let (x, y) = (calibration.scale(found.x)?, calibration.scale(found.y)?);
    let weights = &found.weights;
    let channels = weights.shape.first().copied().unwrap_or_default();
    let numbers = weights.full();
    let (mut scales, mut rounded) = (Vec::new(), Vec::with_capacity(numbers.len()));
    for channel in numbers.chunks((numbers.len() / (channels as usize).max(1)).max(1)) {
        let greatest = channel.iter().fold(0.0, |greatest: f32, number| greatest.max(number.abs()));
        let scale = if greatest > 0.0 { greatest / GREATEST } else { 1.0 };
        scales.push(scale);
        rounded.extend(channel.iter().map(|number| (number / scale).round_ties_even() as i8));
    }
    let named = |what: &str| format!("{}/{what}", found.y);
    let [scale_x, zero_x] = scaled(edit, &named("in"), x);
    let [scale_y, zero_y] = scaled(edit, &named("out"), y);
    let (taken, given) = (named("in"), named("out"));
    let mut inputs = vec![
        taken.clone(),
        scale_x.clone(),
        zero_x.clone(),
        edit.add(named("weights"), |name| Tensor::of_i8(name, weights.shape, &rounded)),
        edit.add(named("weight scales"), |name| Tensor::of_floats(name, &[channels], &scales)),
        edit.add(named("weight zeros"), |name| Tensor::of_i8(name, &[channels], &vec![0; channels as usize])),
        scale_y.clone(),
        zero_y.clone(),
    ];
    if let Some(bias) = found.bias {
        let bias = edit.weights(bias)?.as_floats()?;
        if bias.len() != scales.len() {
            return Err(unexpected(format!("`{}` has a bias of another length", weights.name)));
        }
        let units = bias.iter().zip(&scales).map(|(bias, scale)| (bias / (x.scale * scale)).round_ties_even() as i32);
        let units: Vec<i32> = units.collect();
        inputs.push(edit.add(named("bias"), |name| Tensor::of_i32(name, &[channels], &units)));
    }
    let attributes = &edit.nodes[place].attributes;
    let nodes = vec![
        Node::new("QuantizeLinear", vec![found.x.to_owned(), scale_x, zero_x], &taken),
        Node::new("QLinearConv", inputs, &given).with(attributes),
        Node::new("DequantizeLinear", vec![given.clone(), scale_y, zero_y], found.y),
    ];
    edit.replace(found.last, nodes);
    Ok(())
}

/// Adds a scale and its zero point under a name; their names.
fn scaled(edit: &mut Edit, name: &str, Scale { scale, zero }: Scale) -> [String; 2] {
    let scale = edit.add(format!("{name}/scale"), |name| Tensor::of_floats(name, &[], &[scale]));
    let zero = edit.add(format!("{name}/zero"), |name| Tensor::of_u8(name, &[], vec![zero]));
    [scale, zero]
}
