//! The whole way from text to sentences.

use super::script;

fn spoken(text: &str) -> String {
    let sentences = script(text, &[]).unwrap();
    sentences.iter().map(|s| s.spoken().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(" | ")
}

#[test]
fn dbg() {
    for line in std::fs::read_to_string("/work/shared/speech/tricky.txt").unwrap().lines() {
        println!("{}", spoken(line));
    }
    for line in std::fs::read_to_string("/tmp/more.txt").unwrap().lines() {
        println!("{line}  ==> {}", spoken(line));
    }
}
