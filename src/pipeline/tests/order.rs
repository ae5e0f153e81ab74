//! In what order work is sent.

use super::*;

fn speaking(words: usize) -> Value {
    let text = vec!["word"; words].join(" ");
    json!({"type": "image", "promptImage": format!("{words} words"), "narration_text": format!("{text}.")})
}

fn silent(seconds: f64) -> Value {
    json!({"type": "image", "promptImage": format!("{seconds} s"), "duration": seconds})
}

/// The scenes in the order in which they are in the queue.
fn sent(stage: &Stage) -> Vec<u32> {
    let scene = |message: Message| match message.work {
        Work::Render { scene } => scene,
        other => panic!("{other:?}"),
    };
    stage.memory.queue.messages().into_iter().map(scene).collect()
}

#[tokio::test]
async fn the_longest_scene_is_sent_first() {
    let stage = Stage::new();
    let scenes = [speaking(5), silent(2.0), speaking(40), silent(30.0), speaking(5), silent(2.0)];
    let submitted = submit(&stage.pipeline(), &json!({"scenes": scenes}), "t").await;
    assert_eq!(sent(&stage), [3, 2, 1, 5, 0, 4], "and what is alike in the film's order");
    stage.drain(&stage.pipeline()).await.unwrap();

    let film = submitted.plan.film.id().unwrap();
    let scenes = submitted.plan.film.scenes.clone();
    for lost in [&film, &scenes[1], &scenes[2], &scenes[4]] {
        crate::ports::Artifacts::remove(&*stage.memory.artifacts, lost).await.unwrap();
    }
    submit(
        &stage.pipeline(),
        &json!({"scenes": [speaking(5), silent(2.0), speaking(40), silent(30.0), speaking(5),
        silent(2.0)]}),
        "again",
    )
    .await;
    stage.memory.queue.purge();
    let assemble = Message::new("again", Work::Assemble);
    stage.pipeline().handle(&assemble, 1, 0, &CancellationToken::new()).await.unwrap();
    assert_eq!(sent(&stage), [3, 2, 1, 5, 0, 4], "so it is with those of a film that is gone, none of which is done");
}

#[tokio::test]
async fn the_longest_run_of_a_narration_is_sent_first_and_scenes_that_share_it_in_their_order() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &one_narration(), "t").await;
    let letters = |run: u32| {
        let run = &submitted.plan.narration[run as usize];
        run.iter().flat_map(|sentence| &sentence.recipe.words).map(String::len).sum::<usize>()
    };
    let runs: Vec<_> = stage.memory.queue.messages().into_iter().map(|message| message.work).collect();
    let runs: Vec<_> =
        runs.iter().map(|work| if let Work::Narrate { run } = work { letters(*run) } else { 0 }).collect();
    assert_eq!(runs.len(), 2);
    assert!(runs.is_sorted_by(|longer, shorter| longer >= shorter), "{runs:?}");
    for _ in runs {
        stage.deliver(&pipeline).await.unwrap();
    }
    let beside: Vec<_> = stage.memory.queue.messages().into_iter().map(|message| message.work).collect();
    let scenes = [0, 1, 2].map(|scene| Work::Render { scene });
    assert_eq!((&beside[0], &beside[1..]), (&Work::Sound, &scenes[..]), "the sound needs no scene");
}
