//! A growing SVG picture, written by us alone: no text of a user ever goes into it.

use std::fmt::Write as _;

use crate::domain::captions::Rgb;
use crate::domain::units::Size;

use super::colour::hex;

/// One layer of a picture with the gradients it uses. All lengths are pixels of the final picture.
#[derive(Debug)]
pub(super) struct Canvas {
    /// The picture's width in pixels.
    pub(super) w: f32,
    /// The picture's height in pixels.
    pub(super) h: f32,
    body: String,
    defs: String,
    gradients: usize,
}

impl Canvas {
    /// An empty picture.
    pub(super) fn new(size: Size) -> Self {
        Self { w: size.width as f32, h: size.height as f32, body: String::new(), defs: String::new(), gradients: 0 }
    }

    /// The length that details are measured in: the shorter side's hundredth, less where a picture is wide.
    pub(super) fn unit(&self) -> f32 {
        self.w.min(self.h * 0.8) / 100.0
    }

    /// Adds SVG elements as they are.
    pub(super) fn add(&mut self, elements: &str) {
        self.body.push_str(elements);
    }

    /// Adds a filled path.
    pub(super) fn path(&mut self, d: &str, fill: &str) {
        let _ = write!(self.body, "<path d=\"{d}\" fill=\"{fill}\"/>");
    }

    /// Adds a filled path that shows what is below it.
    pub(super) fn sheer_path(&mut self, d: &str, fill: &str, opacity: f32) {
        let _ = write!(self.body, "<path d=\"{d}\" fill=\"{fill}\" fill-opacity=\"{opacity:.3}\"/>");
    }

    /// Adds a rectangle.
    pub(super) fn rect(&mut self, [x, y, w, h]: [f32; 4], fill: &str) {
        let _ =
            write!(self.body, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" fill=\"{fill}\"/>");
    }

    /// Adds a rectangle that shows what is below it, with round corners.
    pub(super) fn sheer_rect(&mut self, [x, y, w, h]: [f32; 4], round: f32, fill: &str, opacity: f32) {
        let _ = write!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"{round:.1}\" fill=\"{fill}\" fill-opacity=\"{opacity:.3}\"/>"
        );
    }

    /// Adds an ellipse that shows what is below it.
    pub(super) fn ellipse(&mut self, [x, y, rx, ry]: [f32; 4], fill: &str, opacity: f32) {
        let _ = write!(
            self.body,
            "<ellipse cx=\"{x:.1}\" cy=\"{y:.1}\" rx=\"{rx:.1}\" ry=\"{ry:.1}\" fill=\"{fill}\" fill-opacity=\"{opacity:.3}\"/>"
        );
    }

    /// Makes a gradient from top to bottom out of places (0 to 1), colours and opacities; answers its paint.
    pub(super) fn fade(&mut self, stops: &[(f32, Rgb, f32)]) -> String {
        self.gradient("linearGradient", " x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\"", stops)
    }

    /// Makes a gradient from the middle outwards; answers its paint.
    pub(super) fn halo(&mut self, stops: &[(f32, Rgb, f32)]) -> String {
        self.gradient("radialGradient", "", stops)
    }

    fn gradient(&mut self, kind: &str, axis: &str, stops: &[(f32, Rgb, f32)]) -> String {
        self.gradients += 1;
        let id = format!("g{}", self.gradients);
        let _ = write!(self.defs, "<{kind} id=\"{id}\"{axis}>");
        for (at, colour, opacity) in stops {
            let colour = hex(*colour);
            let _ =
                write!(self.defs, "<stop offset=\"{at:.3}\" stop-color=\"{colour}\" stop-opacity=\"{opacity:.3}\"/>");
        }
        let _ = write!(self.defs, "</{kind}>");
        format!("url(#{id})")
    }

    /// The whole picture.
    pub(super) fn svg(&self) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{0}\" \
             height=\"{1}\" viewBox=\"0 0 {0} {1}\"><defs>{2}</defs>{3}</svg>",
            self.w, self.h, self.defs, self.body
        )
    }
}
