//! Stylesheets that could be taken apart otherwise, and must not look otherwise.

use std::path::Path;

use serde_json::{Value, json};

use super::look::be;
use super::{rate, visit};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

/// Width, height, scheme, forced colours and classes of the root.
const WAYS: [(u32, u32, &str, &str, &str); 5] = [
    (1280, 800, "light", "none", ""),
    (360, 640, "dark", "none", "large"),
    (640, 360, "light", "none", "dark"),
    (1280, 800, "light", "none", "contrast"),
    (360, 640, "light", "active", ""),
];

/// Browsers from before 2022 know no layers, so they are dropped from what is sent.
#[rocket::async_test]
async fn pages_look_the_same_with_layers_and_without() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    rate(&visitor, 7).await;
    same_in_layers(&visitor).await;
    // The page of the one that comes next, which was not rated yet.
    let page = "document.querySelector('form[action$=\"/rating\"]').getAttribute('action').replace('/rating', '')";
    visitor.goto(&site.url(&visitor.evaluate::<String>(page).await)).await;
    rate(&visitor, 9).await;
    same_in_layers(&visitor).await;
    for path in ["/join", "/submissions/1/reports/new"] {
        visitor.goto(&site.url(path)).await;
        visitor.follow("main button.action").await;
        same_in_layers(&visitor).await;
    }
}

#[rocket::async_test]
async fn a_scheme_looks_the_same_chosen_and_from_the_system() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    wear(&visitor, "calm").await;
    for (chosen, other) in [("dark", "light"), ("light", "dark")] {
        be(&visitor, (360, 640), chosen, "none").await;
        let by_system = styles(&visitor).await;
        be(&visitor, (360, 640), other, "none").await;
        assert_ne!(styles(&visitor).await, by_system, "{other}");
        wear(&visitor, &format!("calm {chosen}")).await;
        assert_same(&by_system, &styles(&visitor).await, chosen);
        wear(&visitor, "calm").await;
    }
}

async fn same_in_layers(visitor: &Visitor) {
    // Away from buttons, which look otherwise below the mouse.
    let corner = json!({ "type": "mouseMoved", "x": 0, "y": 0 });
    visitor.call("Input.dispatchMouseEvent", corner).await.expect("the mouse moved");
    for (width, height, scheme, forced, classes) in WAYS {
        be(visitor, (width, height), scheme, forced).await;
        // What moves is different each time.
        wear(visitor, &format!("calm {classes}")).await;
        let sent = styles(visitor).await;
        assert!(sent.len() > 50, "{}", sent.len());
        visitor.evaluate::<()>(&with_layers()).await;
        let layered = styles(visitor).await;
        visitor.evaluate::<()>(AS_SENT).await;
        assert_same(
            &sent,
            &layered,
            &format!("{}, {width} wide, {scheme}, {forced}, {classes:?}", visitor.url().await),
        );
    }
}

/// A script that exchanges the stylesheet for its sources in their layers.
fn with_layers() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a stylesheet");
    let mut layers = String::new();
    for line in read("app.css").lines().filter(|line| line.starts_with("@import")) {
        let (name, layer) = (line.split('"').nth(1).expect("a file"), line.split(['(', ')']).nth(1).expect("a layer"));
        layers += &format!("@layer {layer} {{ {} }}\n", read(name));
    }
    let layers = Value::from(layers);
    format!(
        "{{ const layers = new CSSStyleSheet(); layers.replaceSync({layers}); document.adoptedStyleSheets = [layers];
        document.querySelector('link[rel=stylesheet]').disabled = true; }} null"
    )
}

const AS_SENT: &str =
    "document.adoptedStyleSheets = []; document.querySelector('link[rel=stylesheet]').disabled = false; null";

async fn wear(visitor: &Visitor, classes: &str) {
    visitor.evaluate::<()>(&format!("document.documentElement.className = '{classes}', null")).await;
}

/// Of each box, where it is and every property that it has in the end; the first word tells which element it belongs to.
async fn styles(visitor: &Visitor) -> Vec<Vec<String>> {
    // `color-scheme` names the choice, not what it looks like.
    let properties: Vec<String> = visitor
        .evaluate(
            "[...getComputedStyle(document.body)].filter(name => !name.startsWith('--') && name !== 'color-scheme')",
        )
        .await;
    let snapshot = visitor.call("DOMSnapshot.captureSnapshot", json!({ "computedStyles": properties })).await;
    let snapshot = snapshot.expect("a snapshot");
    let (nodes, layout) = (&snapshot["documents"][0]["nodes"], &snapshot["documents"][0]["layout"]);
    let at = |list: &Value, index: usize| list[index].as_u64().map(|index| index as usize);
    let text = |index: Option<usize>| index.and_then(|index| snapshot["strings"][index].as_str()).unwrap_or_default();
    let boxes = layout["styles"].as_array().expect("styles").iter().enumerate().map(|(index, values)| {
        let element = at(&layout["nodeIndex"], index).and_then(|node| at(&nodes["nodeName"], node));
        let values = (0..values.as_array().map_or(0, Vec::len)).map(|value| text(at(values, value)));
        let named = properties.iter().zip(values).map(|(name, value)| format!("{name}: {value}"));
        let place = [text(element).to_owned(), layout["bounds"][index].to_string()];
        place.into_iter().chain(named).collect()
    });
    boxes.collect()
}

fn assert_same(one: &[Vec<String>], other: &[Vec<String>], what: &str) {
    assert_eq!(one.len(), other.len(), "{what}");
    for (one, other) in one.iter().zip(other) {
        let differs = one.iter().zip(other).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{what}: {}", one[0]);
    }
}
