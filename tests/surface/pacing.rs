//! When messages go out, told by the third party's clock: `Retry-After`, a rate, and windows.

use crate::calls::{CRM, flow, third_party};
use crate::scene::Scene;

/// When each request of a path came, in seconds, and which message it was.
fn times(scene: &Scene, path: &str) -> Vec<(f64, String)> {
    let calls = scene.read("calls");
    let calls = calls
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    calls
        .filter(|call: &serde_json::Value| call["path"] == format!("/{path}"))
        .map(|call| {
            let message = call["headers"]["idempotency-key"].as_str();
            (call["at"].as_f64().unwrap(), message.unwrap().to_owned())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_out_no_sooner_than_they_may() {
    let scene = Scene::new(CRM).await;
    scene.tell(&["capture", "install", "orders"]);
    let peer = third_party(&scene.folder.join("calls"), &[]);
    let write = |path: &str, policy: &str| {
        let text = flow(
            &peer.address(),
            path,
            "Plain",
            &format!("[policy]\n{policy}"),
        );
        let number = format!("destination = \"{path}\"\n[map]");
        scene.write(
            &format!("flows/{path}.toml"),
            &text.replace("[map]", &number),
        );
    };
    write("busy", "backoff_seconds = 0.05\ncircuit_failures = 1000");
    write("rated", "rate = 10");
    write("window", "windows = [\"daily 00:00-00:00\"]");
    let gateway = scene.serve();
    let rows: Vec<String> = (0..25)
        .map(|id| format!("({id}, 'Łódź & <Sons>')"))
        .collect();
    scene
        .define(&format!(
            "insert into orders (id, name) values {}",
            rows.join(", ")
        ))
        .await;
    scene.until("rated", |counts| counts.delivered == 25).await;
    // Ten are saved up, fifteen go one tenth of a second after the other.
    let rated = times(&scene, "rated");
    let took = rated[24].0 - rated[0].0;
    assert!(took > 1.3, "{took} s");

    scene.until("busy", |counts| counts.delivered == 25).await;
    let busy = times(&scene, "busy");
    assert_eq!(busy.len(), 50);
    for (at, message) in &busy {
        let (again, _) = busy.iter().rfind(|(_, other)| other == message).unwrap();
        assert!(again == at || again - at >= 2.0, "{} s", again - at);
    }

    scene.until("window", |counts| counts.waiting == 25).await;
    assert!(times(&scene, "window").is_empty());
    write("window", "windows = [\"daily 00:00-24:00\"]");
    gateway.signal("-HUP");
    scene.until("window", |counts| counts.delivered == 25).await;
}
