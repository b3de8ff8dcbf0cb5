//! What can be wrong. Another source of findings is another line in [`all`] and [`rules`].

use serde::Serialize;
use sqlx::PgConnection;
use strum::VariantArray;

use crate::config::Config;
use crate::dashboards::verdict;
use crate::health::{self, Rule};

/// Something that is wrong now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// By which rule.
    pub rule: String,
    /// With what, the same each time; empty where there is but one.
    pub subject: String,
    /// A sentence.
    pub words: String,
    /// A path of the site.
    pub link: String,
    /// It follows from something worse: what is open stays so, and nothing new is told.
    pub implied: bool,
}

/// A rule as operators read it.
#[derive(Debug, Clone, Serialize)]
pub struct WatchedRule {
    pub name: &'static str,
    /// With its threshold.
    pub watches: String,
}

/// Everything that is looked at, the worst first.
pub fn rules(config: &Config) -> Vec<WatchedRule> {
    let limits = &config.alerts;
    let of_queue = Rule::VARIANTS.iter();
    let of_queue = of_queue.map(|rule| WatchedRule { name: rule.name(), watches: rule.watches(limits) });
    let of_system = verdict::Rule::VARIANTS.iter();
    let of_system = of_system.map(|rule| WatchedRule { name: rule.name(), watches: rule.watches(&limits.system) });
    of_queue.chain(of_system).collect()
}

/// Everything that is wrong, the worst first.
pub(super) async fn all(conn: &mut PgConnection, config: &Config) -> Result<Vec<Finding>, sqlx::Error> {
    let health = health::assess(conn, config).await?;
    let at = health.at;
    let findings = health.parts.into_iter().flat_map(|part| {
        let (rule, implied) = (part.rule.name(), part.implied);
        part.items.into_iter().map(move |item| Finding {
            rule: rule.to_owned(),
            subject: item.subject,
            words: item.words,
            link: item.link,
            implied,
        })
    });
    let verdict = verdict::assess(conn, &config.alerts.system, at).await?;
    let of_system = verdict.troubles.into_iter().filter_map(|trouble| {
        Some(Finding {
            rule: trouble.rule?.name().to_owned(),
            subject: trouble.subject,
            words: format!("{}.", trouble.words),
            link: format!("/ops/system#{}", trouble.chart),
            implied: false,
        })
    });
    Ok(findings.chain(of_system).collect())
}
