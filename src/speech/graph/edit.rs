//! A graph while parts of it are replaced.

use std::collections::{HashMap, HashSet};

use super::schema::{Graph, Node, Tensor};
use super::unexpected;
use crate::ports::PortResult;

/// The published graph, and what is to stand in it instead of some of its nodes.
pub(super) struct Edit<'a> {
    pub(super) nodes: &'a [Node],
    producers: HashMap<&'a str, usize>,
    consumers: HashMap<&'a str, Vec<usize>>,
    tensors: HashMap<&'a str, &'a Tensor>,
    /// By the place of the node that they replace.
    instead: HashMap<usize, Vec<Node>>,
    added: Vec<Tensor>,
    names: HashSet<String>,
}

impl<'a> Edit<'a> {
    pub(super) fn of(graph: &'a Graph) -> Self {
        let (mut producers, mut consumers) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for (place, node) in graph.nodes.iter().enumerate() {
            producers.extend(node.outputs.iter().map(|output| (output.as_str(), place)));
            for input in &node.inputs {
                consumers.entry(input.as_str()).or_default().push(place);
            }
        }
        Self {
            nodes: &graph.nodes,
            producers,
            consumers,
            tensors: graph.tensors.iter().map(|tensor| (tensor.name(), tensor)).collect(),
            instead: HashMap::new(),
            added: Vec::new(),
            names: HashSet::new(),
        }
    }

    /// The places of all nodes of an operator, in order.
    pub(super) fn all(&self, operator: &str) -> Vec<usize> {
        (0..self.nodes.len()).filter(|place| self.nodes[*place].operator() == operator).collect()
    }

    /// The input of that number of a node.
    pub(super) fn input(&self, place: usize, number: usize) -> PortResult<&'a str> {
        let node = &self.nodes[place];
        node.inputs
            .get(number)
            .map(String::as_str)
            .ok_or_else(|| unexpected(format!("`{}` lacks an input", node.name())))
    }

    /// The first output of a node.
    pub(super) fn output(&self, place: usize) -> PortResult<&'a str> {
        let node = &self.nodes[place];
        node.outputs.first().map(String::as_str).ok_or_else(|| unexpected(format!("`{}` has no output", node.name())))
    }

    /// The node that makes a value, which has to be of that operator.
    pub(super) fn producer(&self, value: &str, operator: &str) -> PortResult<usize> {
        let place = self.producers.get(value).copied();
        let place = place.filter(|place| self.nodes[*place].operator() == operator);
        place.ok_or_else(|| unexpected(format!("`{value}` is not made by {operator}")))
    }

    /// The one node that takes a node's output.
    pub(super) fn only_consumer(&self, place: usize) -> PortResult<usize> {
        let output = self.output(place)?;
        match self.consumers.get(output).map(Vec::as_slice) {
            Some([consumer]) => Ok(*consumer),
            _ => Err(unexpected(format!("`{output}` is not taken by one node"))),
        }
    }

    /// The weights of that name, where it is a name of weights.
    pub(super) fn tensor(&self, name: &str) -> Option<&'a Tensor> {
        self.tensors.get(name).copied()
    }

    /// The weights of that name.
    pub(super) fn weights(&self, name: &str) -> PortResult<&'a Tensor> {
        self.tensor(name).ok_or_else(|| unexpected(format!("there are no weights `{name}`")))
    }

    /// Puts nodes where a node stood. What only fed that one is left out, too.
    pub(super) fn replace(&mut self, place: usize, nodes: Vec<Node>) {
        self.instead.insert(place, nodes);
    }

    /// Adds weights, once under each name; answers the name.
    pub(super) fn add(&mut self, name: String, make: impl FnOnce(&str) -> Tensor) -> String {
        if self.names.insert(name.clone()) {
            self.added.push(make(&name));
        }
        name
    }

    /// Whether weights of that name were added.
    pub(super) fn added(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The new nodes and weights: of both, what leads to one of the outputs.
    pub(super) fn finish(mut self, graph: &Graph) -> (Vec<Node>, Vec<Tensor>) {
        let mut nodes = Vec::new();
        for (place, node) in self.nodes.iter().enumerate() {
            match self.instead.remove(&place) {
                Some(instead) => nodes.extend(instead),
                None => nodes.push(node.clone()),
            }
        }
        let mut used: HashSet<String> = graph.outputs.iter().map(|output| output.name().to_owned()).collect();
        let mut kept = Vec::new();
        for node in nodes.into_iter().rev() {
            if node.outputs.iter().any(|output| used.contains(output)) {
                used.extend(node.inputs.iter().cloned());
                kept.push(node);
            }
        }
        kept.reverse();
        let tensors = graph.tensors.iter().cloned().chain(self.added);
        (kept, tensors.filter(|tensor| used.contains(tensor.name())).collect())
    }
}
