//! Each rule by a table of what is written and what is said.

use super::read;
use crate::speech::script::token::Token;

fn said(text: &str) -> String {
    let tokens: Vec<Token> = text.split_whitespace().map(Token::new).collect();
    let words: Vec<String> =
        read(&tokens).into_iter().map(|word| word.spoken).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn holds(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(said(text), *expected, "{text}");
    }
}

#[test]
fn numbers() {
    holds(&[
        ("3,482 and -5 and +7", "three thousand four hundred eighty-two and minus five and plus seven"),
        ("3.14, .5, 8.0", "three point one four, zero point five, eight point zero"),
        ("1.2.3", "one point two point three"),
        ("007", "zero zero seven"),
        ("1st 22nd 1,000th", "first twenty-second one thousandth"),
        ("10-20, 3–2", "ten to twenty, three to two"),
        ("12345678901234567", "one two three four five six seven eight nine zero one two three four five six seven"),
    ]);
}

#[test]
fn years_and_decades() {
    holds(&[
        ("In 1999, 2005 and 2024", "In nineteen ninety-nine, two thousand five and twenty twenty-four"),
        ("in 1066", "in ten sixty-six"),
        ("1500 people, 2000 users", "one thousand five hundred people, two thousand users"),
        ("1776 (1492)", "seventeen seventy-six (fourteen ninety-two)"),
        ("1914–1918, 1999-05", "nineteen fourteen to nineteen eighteen, nineteen ninety-nine to oh five"),
        ("the '90s, 1980s, 1800s, 30s", "the nineties, nineteen eighties, eighteen hundreds, thirties"),
    ]);
}

#[test]
fn dates() {
    holds(&[
        ("10/12/2024", "October twelfth, twenty twenty-four"),
        ("25/12/24", "December twenty-fifth, twenty twenty-four"),
        ("2024-10-12", "October twelfth, twenty twenty-four"),
        ("12.10.2024", "October twelfth, twenty twenty-four"),
        ("on Jan. 5th", "on January fifth"),
        ("May 5, 2024", "May fifth, twenty twenty-four"),
        ("5 January 2024", "the fifth of January twenty twenty-four"),
        ("in Sept. 1850", "in September eighteen fifty"),
        ("13/13/2024", "thirteen slash thirteen slash twenty twenty-four"),
    ]);
}

#[test]
fn times() {
    holds(&[
        ("9:30 a.m. on", "nine thirty A.M. on"),
        ("at 3pm; 9:05 PM", "at three P.M.; nine oh five P.M."),
        ("14:05, 9:00", "fourteen oh five, nine o'clock"),
        ("00:00, 1:23:45", "midnight, one twenty-three and forty-five seconds"),
        ("9am-5pm", "nine A.M. to five P.M."),
        ("open 9:00-17:00", "open nine o'clock to seventeen hundred"),
        ("16:9, 25:99", "sixteen to nine, twenty-five to ninety-nine"),
    ]);
}

#[test]
fn telephone_numbers() {
    holds(&[
        ("555-123-4567", "five five five, one two three, four five six seven"),
        ("(555) 123-4567.", "(five five five) one two three, four five six seven."),
        ("1-800-555-0199", "one, eight zero zero, five five five, zero one nine nine"),
    ]);
}

#[test]
fn money() {
    holds(&[
        ("$4.99, $1, $0.99", "four dollars and ninety-nine cents, one dollar, ninety-nine cents"),
        ("£1.2 million", "one point two million pounds"),
        ("$5k $2.5M €3bn", "five thousand dollars two point five million dollars three billion euros"),
        ("5€, ¥500, 50¢, -$5", "five euros, five hundred yen, fifty cents, minus five dollars"),
        ("£1.20, £0.01", "one pound and twenty pence, one penny"),
        ("$5-10 billion", "five to ten billion dollars"),
        ("$20/month, $100-$200", "twenty dollars per month, one hundred dollars to two hundred dollars"),
        ("20 USD", "twenty dollars"),
    ]);
}

#[test]
fn units() {
    holds(&[
        ("25%, 0.5 %, 10–20%", "twenty-five percent, zero point five percent, ten to twenty percent"),
        ("-5°C (23°F), 45°", "minus five degrees Celsius (twenty-three degrees Fahrenheit), forty-five degrees"),
        ("1 kg, 60 km/h, 5GB", "one kilogram, sixty kilometers per hour, five gigabytes"),
        ("20 m², 1 m³", "twenty square meters, one cubic meter"),
        ("a 5-km run", "a five kilometer run"),
        ("3 tbsp. of oil", "three tablespoons of oil"),
        ("1920x1080", "nineteen twenty by ten eighty"),
        ("10x, 5'10, 2.3B", "ten times, five foot ten, two point three billion"),
    ]);
}

#[test]
fn fractions() {
    holds(&[
        ("1/2 cup, 3/4, ⅔", "one half cup, three quarters, two thirds"),
        ("2½ or 2 1/2", "two and a half or two and a half"),
        ("9/10, 24/7", "nine out of ten, twenty-four seven"),
    ]);
}

#[test]
fn roman_numerals() {
    holds(&[
        ("King Henry VIII and Louis XIV's", "King Henry the eighth and Louis the fourteenth's"),
        ("World War II, Chapter IV, Part I", "World War two, Chapter four, Part one"),
        ("Malcolm X and I mix DVDs", "Malcolm X and I mix DVDs"),
        ("Ramesses II", "Ramesses the second"),
    ]);
}

#[test]
fn abbreviations() {
    holds(&[
        ("Dr. Smith and Mr. Jones", "Doctor Smith and Mr Jones"),
        ("at 12 Baker St., London", "at twelve Baker Street, London"),
        ("on St. Paul Street near Mt. Fuji", "on Saint Paul Street near Mount Fuji"),
        ("cats vs. dogs, e.g. pugs, etc.", "cats versus dogs, for example pugs, et cetera."),
        ("No. 5 is no. 1. No.", "number five is number one. No."),
        ("approx. 6 ft. tall", "approximately six feet tall"),
        ("the U.S. and J. R. R. Tolkien", "the U.S. and J R R Tolkien"),
    ]);
}

#[test]
fn links_and_tags() {
    holds(&[
        ("https://www.example.com/docs?id=42", "example dot com slash docs"),
        ("me@example.org!", "me at example dot org!"),
        ("foo-bar.co.uk", "foo dash bar dot co dot uk"),
        ("#ThrowbackThursday #5", "hashtag Throwback Thursday number five"),
        ("@anna_smith", "at anna smith"),
        ("a@docs.rs", "A. at docs dot RS"),
    ]);
}

#[test]
fn names_and_letters() {
    holds(&[
        ("C++, C#, .NET 8.0, Node.js", "C plus plus, C sharp, dot net eight point zero, Node J S"),
        ("ChatGPT-4o on your iPhone 15", "ChatGPT four O on your iPhone fifteen"),
        ("NASA's GPUs, iOS", "NASA's GPUs, iOS"),
        ("221B, MP3, A4, 3D, H2O", "two twenty-one B, MP three, A. four, three D, H two O"),
        ("state-of-the-art don’t", "state-of-the-art don't"),
        ("a 10-year-old", "a ten year-old"),
        ("naïve café São", "naive cafe Sao"),
    ]);
}

#[test]
fn marks() {
    holds(&[
        ("U.S.-based 100,000+ 3/4-inch", "U.S. based one hundred thousand plus three quarters inch"),
        ("R&D & more", "R and D and more"),
        ("2+2=4, 5 - 3, 3 x 4", "two plus two equals four, five minus three, three by four"),
        ("~50 @ #7 § 5 ©2024 Acme™", "about fifty at number seven section five twenty twenty-four Acme"),
        ("3 × 4 ÷ 2", "three times four divided by two"),
        ("well — then – “so”", "well— then— \"so\""),
        ("paused—just…now", "paused—just… now"),
        ("wow!!! 🎉 really?!", "wow! really?!"),
        ("snake_case and/or a\\b", "snake case and or a b"),
    ]);
}
