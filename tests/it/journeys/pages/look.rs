//! One page, seen by everybody we build for.

use serde_json::json;

use crate::support::axe;
use crate::support::browser::Visitor;

/// Width, height, scheme, forced colours: together they have every promise at least once.
const WAYS: [(u32, u32, &str, &str); 3] =
    [(1280, 800, "light", "none"), (360, 640, "dark", "none"), (360, 640, "light", "active")];

/// A desktop window at 400 % zoom (WCAG 1.4.10).
const NARROW: (u32, u32) = (320, 256);

/// Links, buttons and fields smaller than 44 by 44, but for links inside sentences (WCAG 2.5.5).
const SMALL: &str =
    "[...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]
    .filter(e => !e.matches('.skip') && e.checkVisibility())
    .filter(e => getComputedStyle(e).display !== 'inline' || e.parentElement.innerText.trim() === e.innerText.trim())
    .map(e => [e, (e.closest('label') ?? e).getBoundingClientRect()])
    .filter(([, r]) => r.width < 44 || r.height < 44)
    .map(([e, r]) => `${r.width} x ${r.height}: ${e.outerHTML.slice(0, 200)}`)";

/// What our CSP would stop.
const INLINE: &str = "[...document.querySelectorAll('*')]
    .filter(e => e.matches('script:not([src]):not([type$=json]), style, [style]') || e.getAttributeNames().some(name => name.startsWith('on')))
    .map(e => e.outerHTML.slice(0, 200))";

/// What is wider than the window.
const SIDEWAYS: &str =
    "document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 200))";

/// What runs out of its box, over its neighbours or over the edge of its sheet.
const SPILT: &str = "[...document.querySelectorAll('main :is(article, section, li, p, td, th, h1, h2)')]
    .filter(e => e.checkVisibility() && !e.closest('.scores, .region, .vh'))
    .filter(e => e.scrollWidth > e.clientWidth + 1 && !/inline|contents/.test(getComputedStyle(e).display))
    .filter(e => getComputedStyle(e).overflowX === 'visible')
    .map(e => `${e.scrollWidth} in ${e.clientWidth}: ${e.outerHTML.slice(0, 200)}`)";

/// Nothing is wrong with the page for anybody. `state` names it in what fails.
pub async fn look(visitor: &Visitor, state: &str) {
    for (width, height, scheme, forced) in WAYS {
        be(visitor, (width, height), scheme, forced).await;
        let way = format!("{state} ({width} wide, {scheme}, forced colours {forced})");
        complain(visitor, &way, axe::strict_violations(visitor).await).await;
        complain(visitor, &format!("{way}: small targets"), visitor.evaluate::<Vec<String>>(SMALL).await).await;
        complain(visitor, &format!("{way}: too wide"), visitor.evaluate::<Vec<String>>(SIDEWAYS).await).await;
        complain(visitor, &format!("{way}: spilt"), visitor.evaluate::<Vec<String>>(SPILT).await).await;
    }
    complain(visitor, &format!("{state}: inline"), visitor.evaluate::<Vec<String>>(INLINE).await).await;
    be(visitor, NARROW, "light", "none").await;
    complain(visitor, &format!("{state}: too wide"), visitor.evaluate::<Vec<String>>(SIDEWAYS).await).await;
    be(visitor, (1280, 800), "light", "none").await;
}

async fn complain(visitor: &Visitor, what: &str, faults: Vec<impl std::fmt::Display>) {
    if !faults.is_empty() {
        let list: String = faults.iter().map(|fault| format!("\n{fault}")).collect();
        visitor.fail(&format!("{what}:{list}")).await;
    }
}

/// Another window, and what the system asks for.
pub async fn be(visitor: &Visitor, (width, height): (u32, u32), scheme: &str, forced: &str) {
    let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    let features =
        json!([{ "name": "prefers-color-scheme", "value": scheme }, { "name": "forced-colors", "value": forced }]);
    visitor.call("Emulation.setDeviceMetricsOverride", screen).await.expect("another window");
    visitor.call("Emulation.setEmulatedMedia", json!({ "features": features })).await.expect("other colours");
}
