//! Pictures that come over the network: from a host of this machine, and from one that speaks the images API.

use std::fs;

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use crate::http::{Answer, HttpStub};
use crate::support::{Desk, files, film};

const KEY: &str = "sk-canary-key";

/// A red PNG of 64 by 64 pixels, in base64.
const RED_PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsEty/UMZxgi+hcEKLNO+FgEBAQEBAQEB\
    AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywLPLIEA68ZURwAAAABJRU5ErkJggg==";

fn png(color: [u8; 3]) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(64, 64, Rgb(color)).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// A film of one silent scene.
fn shown(field: &str, value: &str) -> Value {
    film(&json!([{"type": "image", field: value, "duration": 0.25, "motion": {"kind": "none"}}]))
}

/// Whether the film's poster is of one colour, about.
fn poster_is(desk: &Desk, color: [u8; 3]) -> bool {
    let poster = image::open(desk.path("film.jpg")).unwrap().to_rgb8();
    poster.get_pixel(54, 96).0.iter().zip(color).all(|(a, b)| a.abs_diff(b) < 24)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_host_is_asked_only_where_a_variable_names_it() {
    let stub = HttpStub::start(vec![Answer::new(200, png([30, 180, 30]))]).await.unwrap();
    let desk = Desk::new();
    desk.write("request.json", shown("image", &stub.url("/boat.png?token=canary")).to_string());
    let render = ["render", "request.json", "-o", "film.mp4"];
    let place = format!("scenes[0].image: {}: ", stub.url("/boat.png"));
    for allowed in [&[][..], &[("PROTOVIDEO_ALLOW_HOSTS", "127.0.0.1:9,media.internal:80")]] {
        let ran = desk.run_with(allowed, &render);
        ran.fails(3, &[&place]);
        assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
    }
    assert_eq!((stub.asked().len(), desk.names()), (0, vec!["request.json".to_owned()]));

    desk.run_with(&[("PROTOVIDEO_ALLOW_HOSTS", &stub.host())], &render).ok();
    let asked = stub.asked();
    assert!(asked.len() == 1 && asked[0].head.starts_with("GET /boat.png?token=canary HTTP/1.1"), "{asked:?}");
    assert!(poster_is(&desk, [30, 180, 30]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_made_by_the_images_api_and_the_key_stays_out_of_everything() {
    let made = json!({"created": 1, "data": [{"b64_json": RED_PNG}]}).to_string();
    let stub = HttpStub::start(vec![Answer::new(200, made)]).await.unwrap();
    let (desk, base) = (Desk::new(), stub.url("/v1"));
    desk.write("request.json", shown("promptImage", "A canary in a mine").to_string());
    let variables = |key| {
        let server = [("IMAGE_PROVIDER", "openai"), ("OPENAI_BASE_URL", &base), ("OPENAI_IMAGE_MODEL", "paint-1")];
        [&server[..], &[("OPENAI_API_KEY", key), ("PROTOVIDEO_LOG", "trace")]].concat()
    };
    let ran = desk.run_with(&variables(KEY), &["render", "request.json", "-o", "film.mp4"]);
    ran.ok();
    assert!(poster_is(&desk, [220, 30, 30]));
    let asked = stub.asked();
    assert!(asked[0].head.starts_with("POST /v1/images/generations HTTP/1.1"), "{}", asked[0].head);
    assert!(asked[0].head.contains(&format!("authorization: Bearer {KEY}")), "{}", asked[0].head);
    let body: Value = serde_json::from_slice(&asked[0].body).unwrap();
    assert_eq!((&body["model"], &body["prompt"]), (&json!("paint-1"), &json!("A canary in a mine")));

    let plan = desk.run_with(&variables(KEY), &["plan", "request.json", "--json"]).json();
    let ids: Vec<_> = plan["steps"].as_array().unwrap().iter().map(|step| step["artifact"].as_str().unwrap()).collect();
    let picture = ids.iter().find(|id| id.starts_with("picture/")).unwrap();
    let recipe = desk.run(&["explain", picture]);
    assert!(recipe.ok().contains("paint-1") && recipe.stdout.contains("A canary in a mine"), "{recipe:?}");
    for said in [&ran.stdout, &ran.stderr, &recipe.stdout, &plan.to_string()] {
        assert!(!said.contains(KEY), "{said}");
    }
    let files = files(&desk.path(""));
    assert!(files.len() > 15, "the cache and the film: {files:?}");
    for file in files {
        assert!(!holds(&fs::read(&file).unwrap(), KEY), "the key is in {}", file.display());
    }

    let again = desk.run_with(&variables("sk-another"), &["render", "request.json", "-o", "film.mp4"]);
    assert!(again.ok() == "film.mp4\n" && again.stderr.contains("0 made, 2 cached"), "{again:?}");
    assert_eq!(stub.asked().len(), 1, "a key is no part of what a picture is made from");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_accepted_is_told_without_it() {
    let refusal =
        json!({"error": {"message": format!("Incorrect API key provided: {KEY}"), "code": "invalid_api_key"}});
    let stub = HttpStub::start(vec![Answer::new(401, refusal.to_string())]).await.unwrap();
    let desk = Desk::new();
    let mut request = shown("promptImage", "A boat");
    request["scenes"][0]["image_provider"] = json!("openai");
    desk.write("request.json", request.to_string());
    let render = ["render", "request.json", "-o", "film.mp4"];
    desk.run(&render).fails(3, &["scenes[0].image_provider: ", "set OPENAI_API_KEY"]);
    let ran = desk.run_with(&[("OPENAI_BASE_URL", &stub.url("/v1")), ("OPENAI_API_KEY", KEY)], &render);
    ran.fails(4, &["PROVIDER_AUTH", "check OPENAI_API_KEY", "Incorrect API key provided: [key]"]);
    assert!(!ran.stderr.contains(KEY), "{}", ran.stderr);
    for file in files(&desk.path("")) {
        assert!(!holds(&fs::read(&file).unwrap(), KEY), "the key is in {}", file.display());
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
