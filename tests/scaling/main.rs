//! How films scale.

mod calls;
mod durations;
mod makers;
mod price;
mod requests;
mod scenario;
mod site;

use scenario::Scenario;

fn main() {
    let t0 = std::time::Instant::now();
    for scenes in [1, 10, 100, 1000] {
        for workers in [1, 2, 4, 8, 200, 1000] {
            let run = Scenario::calm(1, scenes, workers).run();
            println!(
                "{scenes:5} {workers:5} {:8.1} {:8.1} {:.3} 2ph {:.3} {:5.1} {:.4} {} real {:.1}",
                run.makespan().as_secs_f64(),
                run.ideal().as_secs_f64(),
                run.efficiency(),
                run.ideal_in_two_phases().as_secs_f64() / run.makespan().as_secs_f64(),
                run.calls as f64 / scenes as f64,
                price::usd(run.busy()),
                run.all_made(),
                t0.elapsed().as_secs_f64(),
            );
        }
    }
}
