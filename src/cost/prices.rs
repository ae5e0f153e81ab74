//! List prices in US dollars. They are not taken from a bill: reserved capacity, free tiers, taxes and other regions are
//! not in them.

use crate::domain::units::Size;

/// When the prices were looked up.
pub const AS_OF: &str = "November 2026";
/// Where.
pub const SOURCE: &str = "list prices of us-east-1: aws.amazon.com/lambda/pricing, /sqs/pricing, /dynamodb/pricing/on-demand, \
    /s3/pricing; pictures: developers.openai.com/api/docs/pricing";

/// A gigabyte and a second of a Lambda function, by its architecture.
#[must_use]
pub fn gb_second(architecture: &str) -> f64 {
    if architecture == "aarch64" { 0.000_013_333_4 } else { 0.000_016_666_7 }
}

/// An invocation of a Lambda function.
pub const INVOCATION: f64 = 0.20 / 1e6;
/// A request to a standard queue of SQS.
pub const SQS_REQUEST: f64 = 0.40 / 1e6;
/// A write of up to 1 KB to a table of `DynamoDB`, on demand.
pub const TABLE_WRITE: f64 = 0.625 / 1e6;
/// A consistent read of up to 4 KB.
pub const TABLE_READ: f64 = 0.125 / 1e6;
/// Writing an object to S3 Standard.
pub const OBJECT_WRITE: f64 = 0.005 / 1e3;
/// Reading one.
pub const OBJECT_READ: f64 = 0.0004 / 1e3;
/// Keeping a gigabyte in S3 Standard for a month.
pub const GB_MONTH: f64 = 0.023;

/// What an images API's model costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    name: &'static str,
    /// A token of a prompt.
    pub input: f64,
    /// A token of a picture.
    pub output: f64,
}

/// The models whose prices are known.
const MODELS: [Model; 3] = [
    Model { name: "gpt-image-1", input: 5.0 / 1e6, output: 40.0 / 1e6 },
    Model { name: "gpt-image-1.5", input: 5.0 / 1e6, output: 32.0 / 1e6 },
    Model { name: "gpt-image-1-mini", input: 2.0 / 1e6, output: 8.0 / 1e6 },
];

/// The model of that name, if its price is known.
#[must_use]
pub fn model(name: &str) -> Option<Model> {
    MODELS.into_iter().find(|model| model.name == name)
}

/// Tokens of a picture of low and of high quality, whose shape is a square's or another: the API chooses the quality.
#[must_use]
pub const fn picture_tokens(size: Size) -> (u64, u64) {
    if size.width == size.height { (272, 4160) } else { (400, 6240) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_s_price_is_that_of_the_price_list() {
        let gpt = model("gpt-image-1").unwrap();
        let (low, high) = picture_tokens(Size { width: 1296, height: 2304 });
        assert!((low as f64 * gpt.output - 0.016).abs() < 1e-4, "1024x1536, low");
        assert!((high as f64 * gpt.output - 0.25).abs() < 1e-3, "1024x1536, high");
        let (low, high) = picture_tokens(Size::SQUARE);
        assert!((low as f64 * gpt.output - 0.011).abs() < 2e-4 && (high as f64 * gpt.output - 0.167).abs() < 1e-3);
        assert_eq!(model("gpt-image"), None);
    }

    #[test]
    fn arm_costs_a_fifth_less() {
        assert!((gb_second("aarch64") / gb_second("x86_64") - 0.8).abs() < 1e-4);
    }
}
