//! Time zones as a form offers them: by area, under the names that people know.

use chrono_tz::{TZ_VARIANTS, Tz};
use serde::Serialize;

/// Whatever else the database has are other names of these.
const AREAS: [&str; 10] =
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

/// Part of the world.
#[derive(Serialize)]
pub struct Area {
    name: &'static str,
    zones: Vec<Zone>,
}

#[derive(Serialize)]
struct Zone {
    /// As the database has it, as in `America/Argentina/Buenos_Aires`.
    value: &'static str,
    /// Inside its area, as in `Argentina, Buenos Aires`.
    name: String,
    chosen: bool,
}

/// All that are offered beside UTC.
pub fn all(chosen: &str) -> Vec<Area> {
    let zone = |area: &str, zone: &Tz| {
        let (of, place) = zone.name().split_once('/')?;
        let name = place.replace('/', ", ").replace('_', " ");
        (of == area).then(|| Zone { value: zone.name(), name, chosen: zone.name() == chosen })
    };
    AREAS
        .iter()
        .map(|area| Area { name: area, zones: TZ_VARIANTS.iter().filter_map(|each| zone(area, each)).collect() })
        .collect()
}

/// The zone of this name, if it is offered.
pub fn parse(name: &str) -> Option<Tz> {
    let offered = name == "UTC" || name.split_once('/').is_some_and(|(area, _)| AREAS.contains(&area));
    if offered { name.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_can_be_chosen_and_nothing_else() {
        let offered: Vec<&str> = all("").iter().flat_map(|area| area.zones.iter().map(|zone| zone.value)).collect();
        assert!(offered.len() > 300, "{}", offered.len());
        assert!(offered.iter().all(|name| parse(name).is_some_and(|zone| zone.name() == *name)));
        assert_eq!(parse("UTC"), Some(Tz::UTC));
        for name in ["", "Mars/Base", "Europe/", "europe/berlin", "GMT+0", "Etc/GMT+1", "CET"] {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_place_is_named_as_people_write_it() {
        let areas = all("America/Argentina/Buenos_Aires");
        let chosen: Vec<&Zone> = areas.iter().flat_map(|area| &area.zones).filter(|zone| zone.chosen).collect();
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].name, "Argentina, Buenos Aires");
    }
}
