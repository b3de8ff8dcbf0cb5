//! What templates may call.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, handlebars_helper,
};

/// Makes all of them known; `assets` maps names of static files to their URLs.
pub fn register(registry: &mut Handlebars<'_>, assets: &BTreeMap<String, String>) {
    registry.register_helper("decimal", Box::new(values::decimal));
    registry.register_helper("thousands", Box::new(values::thousands));
    registry.register_helper("plural", Box::new(values::plural));
    registry.register_helper("clock", Box::new(Time { format: "%H:%M", zone: true }));
    registry.register_helper("second", Box::new(Time { format: "%H:%M:%S", zone: true }));
    registry.register_helper("moment", Box::new(Time { format: "%-d %B %Y, %H:%M", zone: true }));
    registry.register_helper("day", Box::new(Time { format: "%-d %B %Y", zone: false }));
    registry.register_helper("script_json", Box::new(ScriptJson));
    registry.register_helper("asset", Box::new(AssetUrl(assets.clone())));
}

/// A time in this format, in the zone that the page's layout names; mail has no layout.
struct Time {
    format: &'static str,
    /// Is the zone's name to follow?
    zone: bool,
}

impl HelperDef for Time {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let at = helper.param(0).map(|at| at.value().clone()).unwrap_or_default();
        let at: DateTime<Utc> =
            serde_json::from_value(at).map_err(|cause| RenderErrorReason::Other(format!("no time: {cause}")))?;
        let zone = context.data().pointer("/layout/zone").and_then(|zone| zone.as_str());
        let zone: Tz = zone.and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC);
        let at = at.with_timezone(&zone);
        out.write(&at.format(self.format).to_string())?;
        if self.zone {
            out.write(" ")?;
            out.write(&zone_name(&at.format("%Z").to_string()))?;
        }
        Ok(())
    }
}

/// Data as JSON inside a script element, which nothing in it can end.
struct ScriptJson;

impl HelperDef for ScriptJson {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let data = helper.param(0).map(|data| data.value().to_string()).unwrap_or_default();
        Ok(out.write(&inert(&data))?)
    }
}

/// The same JSON, without any sign that means something to HTML. Quotes inside texts are spelt out too, so that nothing that somebody
/// wrote reads like an attribute.
fn inert(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    let mut signs = json.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '<' => written += "\\u003c",
            '>' => written += "\\u003e",
            '&' => written += "\\u0026",
            '\\' => match signs.next() {
                Some('"') => written += "\\u0022",
                escaped => written.extend(['\\'].into_iter().chain(escaped)),
            },
            _ => written.push(sign),
        }
    }
    written
}

/// The URL of a static file, by its name.
struct AssetUrl(BTreeMap<String, String>);

impl HelperDef for AssetUrl {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = helper.param(0).and_then(|name| name.value().as_str()).unwrap_or_default();
        let url = self.0.get(name).ok_or_else(|| RenderErrorReason::Other(format!("there is no asset {name:?}")))?;
        Ok(out.write(url)?)
    }
}

/// Apart, since the crate's macro makes public types without a word.
mod values {
    use super::*;

    handlebars_helper!(decimal: |value: f64, places: u64| format!("{value:.0$}", places as usize));
    handlebars_helper!(thousands: |number: i64| group_thousands(number));
    handlebars_helper!(plural: |number: i64, one: str, many: str| {
        format!("{} {}", group_thousands(number), if number == 1 { one } else { many })
    });
}

/// The abbreviation that people know, as in `CET`. Zones without one have their distance as it, as in `+0530`.
fn zone_name(abbreviation: &str) -> String {
    match abbreviation.split_at_checked(3) {
        Some((hours, minutes)) if abbreviation.starts_with(['+', '-']) => {
            format!("UTC{hours}{}{minutes}", if minutes.is_empty() { "" } else { ":" })
        }
        _ => abbreviation.to_owned(),
    }
}

/// As in `1st`, `12th`, `1,002nd`.
pub fn ordinal(number: i64) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{}{ending}", group_thousands(number))
}

/// As in `1,002`.
pub fn group_thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{group_thousands, inert, ordinal, zone_name};

    #[test]
    fn no_name_ends_a_script() {
        let name = serde_json::json!({ "name": "</script><!-- & --> \" \\ \\\" ü\n" });
        let written = inert(&name.to_string());
        assert!(!written.contains(['<', '>', '&']) && !written.contains("\\\""), "{written}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), name);
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")] {
            assert_eq!(group_thousands(number), text);
        }
    }

    #[test]
    fn places_end_as_they_are_spoken() {
        for (number, text) in
            [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (1022, "1,022nd")]
        {
            assert_eq!(ordinal(number), text);
        }
    }

    #[test]
    fn a_zone_without_a_name_is_so_far_from_utc() {
        for (abbreviation, name) in
            [("UTC", "UTC"), ("CEST", "CEST"), ("+03", "UTC+03"), ("-03", "UTC-03"), ("+0530", "UTC+05:30")]
        {
            assert_eq!(zone_name(abbreviation), name);
        }
    }
}
