//! How films scale: the real pipeline over stores in memory, in virtual time, with steps that take what was measured.
//! Prints figures, and ends with status 1 where one misses its goal. With `counts` it prints the calls to stores, as JSON.

#![allow(missing_docs, reason = "a program")]

mod calls;
mod counts;
mod crashes;
mod durations;
mod edits;
mod makers;
mod price;
mod requests;
mod scenario;
mod site;

use std::process::ExitCode;
use std::time::Duration;

use durations::Mishaps;
use protovideo::pipeline::VISIBILITY;
use scenario::{Run, Scenario};
use site::START;

const SEED: u64 = 1;
const WORKERS: [usize; 6] = [1, 2, 4, 8, 200, 1000];
/// Of the least makespan, where nothing goes wrong; and of all work, where workers die.
const SHARE: f64 = 0.95;
const HIT_RATE: f64 = 0.90;
const EDITS: usize = 200;

/// What was aimed at.
#[derive(Default)]
struct Goals {
    missed: Vec<String>,
    /// What is worth knowing beside them.
    notes: Vec<String>,
}

impl Goals {
    fn at_least(&mut self, what: &str, found: f64, goal: f64) {
        if found < goal {
            self.missed.push(format!("{what}: {found:.3}, the goal is {goal}"));
        }
    }

    /// One film is held to the ideal; a note says what can be reached, since its assembly is one worker's, after all scenes.
    fn one_film(&mut self, run: &Run) {
        let what = format!("one film of 1000 scenes, {} workers", run.workers);
        self.at_least(&format!("{what}, of the bound"), run.efficiency_of_bound(), SHARE);
        self.at_least(&format!("{what}, of the ideal"), run.efficiency(), SHARE);
        if run.efficiency() < SHARE {
            let (found, most) = (run.efficiency(), run.ideal().div_duration_f64(run.bound()));
            self.notes
                .push(format!("{what}: {found:.3} of the ideal; no order of its steps gives more than {most:.3}"));
        }
    }
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "counts") {
        println!("{}", counts::all());
        return ExitCode::SUCCESS;
    }
    let mut goals = Goals::default();
    one_film(&mut goals);
    backlog(&mut goals);
    mishaps(&mut goals);
    day(&mut goals);
    println!();
    for note in &goals.notes {
        println!("{note}");
    }
    for goal in &goals.missed {
        println!("MISSED: {goal}");
    }
    if goals.missed.is_empty() {
        println!("all goals are met");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn seconds(span: Duration) -> f64 {
    span.as_secs_f64()
}

/// One row: what a scenario gave.
fn row(scenes: usize, films: usize, run: &Run) {
    println!(
        "{scenes:>6} {:>7} {:>10.1} {:>9.1} {:>8.3} {:>8.3} {:>11.1} {:>8.4}",
        run.workers,
        seconds(run.makespan()),
        seconds(run.ideal()),
        run.efficiency(),
        run.efficiency_of_bound(),
        run.calls as f64 / scenes as f64,
        price::usd(run.busy()) / films as f64,
    );
}

fn heads(title: &str) {
    println!("\n{title}");
    println!(
        "{:>6} {:>7} {:>10} {:>9} {:>8} {:>8} {:>11} {:>8}",
        "scenes", "workers", "makespan s", "ideal s", "of ideal", "of bound", "calls/scene", "USD/film"
    );
}

fn one_film(goals: &mut Goals) {
    heads("One film");
    for scenes in [1, 10, 100, 1000] {
        for workers in WORKERS {
            let run = Scenario::calm(1, scenes, workers).run();
            assert!(run.all_made(), "every film is made");
            row(scenes, 1, &run);
            if scenes == 1000 && workers <= 200 {
                goals.one_film(&run);
            }
        }
    }
}

/// Films of 20 scenes, all sent at once.
fn backlog(goals: &mut Goals) {
    heads("50 films of 20 scenes, sent at once");
    for workers in WORKERS {
        let run = Scenario::calm(50, 20, workers).run();
        assert!(run.all_made(), "every film is made");
        row(1000, 50, &run);
        if workers <= 200 {
            goals.at_least(&format!("50 films of 20 scenes, {workers} workers, of the ideal"), run.efficiency(), SHARE);
        }
    }
}

fn mishaps(goals: &mut Goals) {
    let mishaps = Mishaps { crashes: 0.02, stragglers: 0.01, one_crash: None };
    println!(
        "\n100 films of 10 scenes, one after another, 8 workers at 90 %; 2 % of steps kill, 1 % take five times as long"
    );
    let stream = crashes::stream(100, 10, 8, mishaps);
    let (median, most) = stream.delays();
    println!("  all films are made: {}; crashes: {}", stream.rough.all_made(), stream.rough.crashes);
    println!("  useful throughput, of that without mishaps: {:.3}", stream.useful_throughput());
    println!("  workers' busy time of use: {:.3}", stream.useful_time());
    println!("  makespan: {:.0} s, {:.0} s without", seconds(stream.rough.makespan()), seconds(stream.calm.makespan()));
    println!("  films' delay: median {:.1} s, most {:.1} s", seconds(median), seconds(most));
    println!("  from a death to the next delivery, at most: {:.1} s", seconds(stream.rough.longest_silence()));
    goals.at_least("films made, of all", f64::from(u8::from(stream.rough.all_made())), 1.0);
    goals.at_least("useful throughput with 2 % crashes", stream.useful_throughput(), SHARE);
    let (delay, steps) = crashes::longest_delay(10, 4);
    println!("one film of 10 scenes, 4 workers, one crash at each of {steps} steps in turn");
    println!("  longest delay: {:.3} s; a message is hidden for {} s", seconds(delay), VISIBILITY.as_secs());
    let most = VISIBILITY + START;
    goals.at_least("visibility timeout and a start, as a multiple of the delay", most.div_duration_f64(delay), 1.0);
}

/// One day in detail, and five for the goal, since a day's new films are few and cost most. What an edit makes anew does
/// not depend on the film's length, so that the rate does.
fn day(goals: &mut Goals) {
    for sentences in [1..=3, 2..=4] {
        let day = edits::day(EDITS, sentences.clone(), SEED);
        let others = (1..5).map(|seed| edits::day(EDITS, sentences.clone(), SEED + seed).planned.rate());
        let rates: Vec<_> = others.chain([day.planned.rate()]).collect();
        let (least, mean) = (rates.iter().copied().fold(1.0, f64::min), rates.iter().sum::<f64>() / rates.len() as f64);
        println!("\n{EDITS} edits of films of 5 to 20 scenes of {sentences:?} sentences: artifacts that were there");
        println!("  of those in the plans: {:.3}; of those asked for: {:.3}", day.planned.rate(), day.asked.rate());
        println!("  the first, on five days: mean {mean:.3}, least {least:.3}");
        let kinds: Vec<_> = day.kinds.iter().map(|(kind, hits)| format!("{kind} {:.3}", hits.rate())).collect();
        println!("  by kind: {}", kinds.join(", "));
        let edits = day.edits.iter().map(|(edit, hits)| format!("{edit:?} ({}) {:.3}", day.counts[edit], hits.rate()));
        println!("  by edit: {}", edits.collect::<Vec<_>>().join(", "));
        goals.at_least(&format!("hit rate with {sentences:?} sentences a scene, mean of five days"), mean, HIT_RATE);
    }
}
