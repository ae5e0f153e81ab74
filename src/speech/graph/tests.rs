//! The rewrite against the installed model and against small graphs.

use super::calibration::Scale;
use super::schema::{Graph, Node, Tensor, Value};
use super::*;
use crate::assets::Assets;
use crate::speech::{ModelKind, graph_of};

fn assets() -> Assets {
    crate::speech::tests::assets()
}

fn published() -> Vec<u8> {
    std::fs::read(assets().verified("kokoro.onnx").expect("kokoro.onnx")).expect("its bytes")
}

/// So nothing in the file is lost that the schema does not name.
#[test]
fn the_published_file_is_read_whole() {
    let bytes = published();
    let model = Model::decode(bytes.as_slice()).expect("a model");
    assert!(model.encode_to_vec() == bytes, "the schema lacks a field");
}

/// How many nodes of each operator there are.
fn count<const N: usize>(graph: &[u8], operators: [&str; N]) -> [usize; N] {
    let nodes = Model::decode(graph).expect("a model").graph.expect("a graph").nodes;
    operators.map(|operator| nodes.iter().filter(|node| node.operator() == operator).count())
}

/// The graph, which is the one that the lock pins.
fn pinned(name: &str, model: &str, kind: ModelKind) -> Vec<u8> {
    let graph = graph_of(&assets().verified(model).expect(model), kind).expect(name);
    assets().expect_graph(name, &graph).unwrap_or_else(|error| panic!("{} bytes: {error}", graph.len()));
    let error = assets().expect_graph(name, &graph[1..]).expect_err("another graph");
    assert_eq!(error.code, "MODEL_INTEGRITY");
    graph
}

const INTEGER: [&str; 4] = ["ConvInteger", "MatMulInteger", "DynamicQuantizeLSTM", "DynamicQuantizeLinear"];

#[test]
fn hibari_s_graph_is_pinned() {
    pinned("hibari.ort", "hibari.onnx", ModelKind::Hibari);
}

#[test]
fn the_graph_for_a_processor_is_pinned_and_mixes_three_arithmetics() {
    let graph = pinned("kokoro.ort", "kokoro.onnx", ModelKind::Kokoro(Form::Mixed));
    assert_eq!(count(&graph, ["ConvInteger", "Conv", "QLinearConv", "QuantizeLinear"]), [35, 23, 30, 30]);
    assert_eq!(count(&graph, INTEGER)[1..3], [148, 6]);
}

#[test]
fn the_graph_for_a_gpu_is_pinned_and_has_nothing_of_8_bits() {
    let graph = pinned("kokoro-f32.onnx", "kokoro.onnx", ModelKind::Kokoro(Form::Full));
    assert_eq!(count(&graph, INTEGER), [0; 4]);
}

#[test]
fn the_reference_tells_the_ranges_that_the_table_has() {
    let graph = rewritten(published(), Form::Reference).expect("the reference");
    assert_eq!(count(&graph, ["ConvInteger", "MatMulInteger", "ReduceMin", "ReduceMax"]), [0, 148, 60, 60]);
}

#[test]
fn a_scale_has_a_step_at_zero_and_no_empty_range() {
    assert_eq!(Scale::over(-1.0, 1.55), Some(Scale { scale: 0.01, zero: 100 }));
    assert_eq!(Scale::over(0.51, 2.55), Some(Scale { scale: 0.01, zero: 0 }), "zero is in every range");
    assert_eq!(Scale::over(-2.55, -1.0), Some(Scale { scale: 0.01, zero: 255 }));
    assert_eq!(Scale::over(0.0, 0.0), None);
    assert_eq!(Scale::over(f64::NAN, f64::INFINITY), None);
}

/// `x -> DynamicQuantizeLinear -> ConvInteger -> Cast -> Mul -> y`, with weights 2, 3, 4, a zero of 2 and a scale of 0.5.
fn small(last: &str) -> Graph {
    let node = |operator: &str, inputs: &[&str], outputs: &[&str]| Node {
        outputs: outputs.iter().map(ToString::to_string).collect(),
        ..Node::new(operator, inputs.iter().map(ToString::to_string).collect(), outputs[0])
    };
    Graph {
        nodes: vec![
            node("DynamicQuantizeLinear", &["x"], &["xq", "xs", "xz"]),
            node("ConvInteger", &["xq", "w", "xz", "wz"], &["c"]),
            node("Mul", &["xs", "ws"], &["s"]),
            node("Cast", &["c"], &["f"]),
            node(last, &["f", "s"], &["y"]),
        ],
        tensors: vec![
            Tensor::of_u8("w", &[1, 1, 3], vec![2, 3, 4]),
            Tensor::of_u8("wz", &[], vec![2]),
            Tensor::of_floats("ws", &[], &[0.5]),
        ],
        outputs: vec![Value::of_floats("y")],
        ..Graph::default()
    }
}

#[test]
fn a_convolution_in_full_precision_takes_the_place_of_all_that_stood_around_it() {
    let graph = small("Mul");
    let mut edit = Edit::of(&graph);
    convolutions::fill(&mut edit).expect("filled");
    let (nodes, tensors) = edit.finish(&graph);
    let [conv] = nodes.as_slice() else { panic!("{nodes:?}") };
    assert_eq!(
        (conv.operator(), &conv.inputs[..], &conv.outputs[..]),
        ("Conv", &["x".into(), "w/full".into()][..], &["y".into()][..])
    );
    let [weights] = tensors.as_slice() else { panic!("{tensors:?}") };
    assert_eq!((weights.as_floats().expect("floats"), &weights.shape[..]), (vec![0.0, 0.5, 1.0], &[1, 1, 3][..]));
}

#[test]
fn another_graph_is_refused() {
    let graph = small("Add");
    let error = convolutions::fill(&mut Edit::of(&graph)).expect_err("no Mul");
    assert_eq!(error.code, "SPEECH_ENGINE");
    assert!(error.message.starts_with("kokoro.onnx is not the graph that was expected: "), "{error}");
    assert!(rewritten(b"no protobuf".to_vec(), Form::Mixed).is_err());
    assert!(rewritten(Vec::new(), Form::Mixed).is_err(), "a model without a graph");
}
