//! The part of ONNX's format (`onnx.proto`, IR version 9) that occurs in Kokoro's file. What is carried over unread is kept
//! as the bytes that it was encoded in; a test encodes the whole file again and compares.

use prost::bytes::Bytes;

use crate::ports::PortResult;

/// A tensor's element type, as `TensorProto.DataType` numbers them.
pub(super) const FLOAT: i32 = 1;
pub(super) const UINT8: i32 = 2;
pub(super) const INT8: i32 = 3;
pub(super) const INT32: i32 = 6;

/// `ModelProto`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Model {
    #[prost(int64, optional, tag = "1")]
    pub(super) ir_version: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub(super) producer: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(super) producer_version: Option<String>,
    #[prost(message, optional, tag = "7")]
    pub(super) graph: Option<Graph>,
    #[prost(bytes = "bytes", repeated, tag = "8")]
    pub(super) operator_sets: Vec<Bytes>,
}

/// `GraphProto`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Graph {
    /// Each behind those whose outputs it takes.
    #[prost(message, repeated, tag = "1")]
    pub(super) nodes: Vec<Node>,
    #[prost(string, optional, tag = "2")]
    pub(super) name: Option<String>,
    /// Tensors that are known beforehand: weights.
    #[prost(message, repeated, tag = "5")]
    pub(super) tensors: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    pub(super) inputs: Vec<Value>,
    #[prost(message, repeated, tag = "12")]
    pub(super) outputs: Vec<Value>,
    /// Shapes of tensors in between, which ONNX Runtime finds by itself.
    #[prost(message, repeated, tag = "13")]
    pub(super) between: Vec<Value>,
}

/// `NodeProto`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Node {
    /// An empty name stands for an input that is left out.
    #[prost(string, repeated, tag = "1")]
    pub(super) inputs: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(super) outputs: Vec<String>,
    #[prost(string, optional, tag = "3")]
    pub(super) name: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(super) operator: Option<String>,
    #[prost(bytes = "bytes", repeated, tag = "5")]
    pub(super) attributes: Vec<Bytes>,
    #[prost(string, optional, tag = "7")]
    pub(super) domain: Option<String>,
}

/// `TensorProto`: its numbers lie in one of the last four fields.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub(super) shape: Vec<i64>,
    #[prost(int32, optional, tag = "2")]
    pub(super) element: Option<i32>,
    #[prost(float, repeated, tag = "4")]
    pub(super) floats: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    pub(super) integers: Vec<i32>,
    #[prost(int64, repeated, tag = "7")]
    pub(super) longs: Vec<i64>,
    #[prost(string, optional, tag = "8")]
    pub(super) name: Option<String>,
    /// Little-endian.
    #[prost(bytes = "bytes", optional, tag = "9")]
    pub(super) raw: Option<Bytes>,
}

/// `ValueInfoProto`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Value {
    #[prost(string, optional, tag = "1")]
    pub(super) name: Option<String>,
    #[prost(bytes = "bytes", optional, tag = "2")]
    pub(super) kind: Option<Bytes>,
}

impl Node {
    /// A node of ONNX's own operators, named for its first output.
    pub(super) fn new(operator: &str, inputs: Vec<String>, output: &str) -> Self {
        Self {
            inputs,
            outputs: vec![output.to_owned()],
            name: Some(format!("{output}/{operator}")),
            operator: Some(operator.to_owned()),
            ..Self::default()
        }
    }

    /// The same node with attributes that another one has.
    pub(super) fn with(self, attributes: &[Bytes]) -> Self {
        Self { attributes: attributes.to_vec(), ..self }
    }
}

impl Tensor {
    fn of_bytes(name: &str, element: i32, shape: &[i64], bytes: Vec<u8>) -> Self {
        Self {
            shape: shape.to_vec(),
            element: Some(element),
            name: Some(name.to_owned()),
            raw: Some(bytes.into()),
            ..Self::default()
        }
    }

    pub(super) fn of_floats(name: &str, shape: &[i64], values: &[f32]) -> Self {
        Self::of_bytes(name, FLOAT, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub(super) fn of_i32(name: &str, shape: &[i64], values: &[i32]) -> Self {
        Self::of_bytes(name, INT32, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub(super) fn of_i8(name: &str, shape: &[i64], values: &[i8]) -> Self {
        Self::of_bytes(name, INT8, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub(super) fn of_u8(name: &str, shape: &[i64], values: Vec<u8>) -> Self {
        Self::of_bytes(name, UINT8, shape, values)
    }

    /// The numbers of a tensor of `float`.
    pub(super) fn as_floats(&self) -> PortResult<Vec<f32>> {
        self.is(FLOAT)?;
        let raw = |raw: &Bytes| raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Ok(self.raw.as_ref().map_or_else(|| self.floats.clone(), raw))
    }

    /// The numbers of a tensor of `uint8` or `int8`.
    pub(super) fn as_bytes(&self) -> PortResult<Vec<i16>> {
        let signed = self.element == Some(INT8);
        if !signed {
            self.is(UINT8)?;
        }
        let read = |byte: u8| if signed { i16::from(byte.cast_signed()) } else { i16::from(byte) };
        let raw = |raw: &Bytes| raw.iter().map(|byte| read(*byte)).collect();
        let integers = || self.integers.iter().map(|value| *value as i16).collect();
        Ok(self.raw.as_ref().map_or_else(integers, raw))
    }

    fn is(&self, element: i32) -> PortResult<()> {
        if self.element == Some(element) {
            return Ok(());
        }
        Err(super::unexpected(format!("`{}` holds elements of type {:?}", self.name(), self.element)))
    }
}

impl Value {
    /// An output of one `float`, or of as many as a shape that is not told has.
    pub(super) fn of_floats(name: &str) -> Self {
        // TypeProto { tensor_type { elem_type: FLOAT } }
        Self { name: Some(name.to_owned()), kind: Some(Bytes::from_static(b"\x0a\x02\x08\x01")) }
    }
}
