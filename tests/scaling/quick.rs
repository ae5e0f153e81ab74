//! What the figures of `make bench-scaling` rest on, on films small enough for every run of the tests.

#![expect(dead_code, reason = "shared with the figures, which ask more of it")]

mod calls;
mod crashes;
mod durations;
mod edits;
mod makers;
mod requests;
mod scenario;
mod site;

use std::sync::Arc;
use std::time::Duration;

use calls::Calls;
use durations::{Durations, Mishaps, Step};
use protovideo::pipeline::VISIBILITY;
use protovideo::testing::contract::{self, Passing};
use protovideo::testing::memory::{ManualClock, Memory, Order};
use protovideo::testing::standins::StandIns;
use scenario::{Run, Scenario};
use site::START;

/// What is counted, in virtual time, promises what all stores promise.
#[test]
fn the_stores_keep_their_contracts() {
    scenario::held().block_on(async {
        let memory = Memory::on(Arc::new(ManualClock::following_tokio()), Order::OldestFirst, 1);
        let calls = Arc::new(Calls::new(Duration::ZERO));
        let world = calls.over(&memory.world(&Arc::new(StandIns::default())));
        contract::queue::all(&*world.queue, Passing::ByItself).await.unwrap();
        contract::tasks::all(&*world.tasks, &memory.clock).await.unwrap();
        contract::leases::all(&*world.leases, &memory.clock).await.unwrap();
        assert!(calls.count() > 50, "{}", calls.count());
    });
}

/// Small films have shorter assemblies, and fewer scenes to fill the last gaps with.
const SHARE: f64 = 0.9;

#[test]
fn fifty_scenes_keep_four_workers_busy() {
    let run = Scenario::calm(1, 50, 4).run();
    assert!(run.all_made());
    assert!(run.bound() >= run.ideal() && run.makespan() >= run.bound(), "{:?} {:?}", run.bound(), run.makespan());
    assert!(run.efficiency_of_bound() >= SHARE, "{:.3}", run.efficiency_of_bound());
    assert!(run.calls <= 50 * 16, "{} calls", run.calls);
}

#[test]
fn a_film_alone_takes_what_its_steps_take() {
    let [one, many] = [1, 30].map(|workers| Scenario::calm(1, 30, workers).run());
    assert_eq!(one.work(), many.work(), "however it is shared out");
    assert!(one.makespan() >= one.work(), "a worker does one step at a time");
    assert!(many.makespan() >= many.chain());
    assert!(many.efficiency() >= SHARE, "{:.3}", many.efficiency());
}

/// The numbers by which one run is told from another.
fn figures(run: &Run) -> (Duration, Duration, Duration, u64, usize) {
    (run.makespan(), run.work(), run.busy(), run.calls, run.crashes)
}

#[test]
fn a_seed_gives_the_same_figures_again() {
    let mishaps = Mishaps { crashes: 0.02, stragglers: 0.05, one_crash: None };
    let run = |seed| figures(&Scenario { mishaps, seed, ..Scenario::calm(3, 8, 4) }.run());
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert_eq!(edits::day(8, 1..=2, 1), edits::day(8, 1..=2, 1));
}

#[test]
fn a_crash_delays_a_film_by_one_visibility_timeout_at_most() {
    let (delay, steps) = crashes::longest_delay(4, 2);
    assert!(steps > 12, "{steps}");
    assert!(delay <= VISIBILITY + START, "{delay:?}");
    assert!(delay > VISIBILITY / 2, "{delay:?}: somebody did die");
}

#[test]
fn workers_that_die_cost_little_of_the_throughput_of_a_stream() {
    let stream = crashes::stream(30, 6, 4, Mishaps { crashes: 0.02, stragglers: 0.01, one_crash: None });
    assert!(stream.calm.all_made() && stream.calm.crashes == 0);
    assert!(stream.rough.all_made() && stream.rough.crashes > 5, "{}", stream.rough.crashes);
    assert!(stream.useful_throughput() >= SHARE, "{:.3}", stream.useful_throughput());
}

#[test]
fn a_backlog_of_half_an_hour_is_not_filled_with_copies() {
    let run = Scenario::calm(40, 8, 1).run();
    assert!(run.makespan() > Duration::from_secs(1500), "{:?}", run.makespan());
    assert!(run.calls <= 240 * 40, "{} calls", run.calls);
}

#[test]
fn most_of_an_edited_film_is_there() {
    let day = edits::day(40, 1..=3, 1);
    assert!(day.planned.rate() >= 0.85, "{:.3}", day.planned.rate());
    assert!(day.asked.rate() <= day.planned.rate(), "a film that is there asks for none of its parts");
    let rate = |edit| day.edits[&edit].rate();
    assert!((rate(edits::Edit::Nothing) - 1.0).abs() < f64::EPSILON, "the same request makes nothing");
    assert!(rate(edits::Edit::New) < 0.01, "a new film shares nothing");
}

#[test]
fn stragglers_take_five_times_as_long() {
    let mean = |stragglers| {
        let durations = Durations::new(1, Mishaps { stragglers, ..Mishaps::default() });
        let drawn = (0..1000).map(|n| durations.execution(Step::Picture, &n.to_string(), 0.0, 1, n).takes);
        drawn.sum::<Duration>() / 1000
    };
    assert_eq!(mean(1.0), mean(0.0) * 5);
    assert!((1.15..1.25).contains(&mean(0.05).div_duration_f64(mean(0.0))));
}
