//! How fast one visitor and one network may vote and search. Kept in this process's memory: a brake, not a truth.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use std::convert::Infallible;

use crate::accounts::throttle::ClientNetwork;
use crate::config::{Rate, RatesConfig};
use crate::error::Error;
use crate::ratings::RaterId;

/// Forget idle visitors when this many are remembered.
const MANY: usize = 100_000;

/// All brakes of this process.
pub struct Limits {
    raters: DefaultKeyedRateLimiter<RaterId>,
    networks: DefaultKeyedRateLimiter<Network>,
    /// Of IPv6: a line (/48) has 65,536 networks, and may do what eight of them may.
    lines: DefaultKeyedRateLimiter<IpAddr>,
    /// What may be searched for from each network.
    searches: DefaultKeyedRateLimiter<Network>,
}

/// Networks that one IPv6 line is worth, as for logins.
const NETWORKS_PER_LINE: NonZeroU32 = NonZeroU32::new(8).unwrap();

impl Limits {
    /// What the configuration says.
    pub fn new(rates: &RatesConfig) -> Self {
        let Rate { per_second, burst } = rates.votes_per_network;
        let line = |each: NonZeroU32| each.saturating_mul(NETWORKS_PER_LINE);
        Limits {
            raters: RateLimiter::keyed(quota(rates.votes_per_rater)),
            networks: RateLimiter::keyed(quota(rates.votes_per_network)),
            lines: RateLimiter::keyed(quota(Rate { per_second: line(per_second), burst: line(burst) })),
            searches: RateLimiter::keyed(quota(rates.searches_per_network)),
        }
    }

    /// May this rater vote now?
    pub fn vote(&self, rater: RaterId, network: Network) -> Result<(), Error> {
        if network.0.is_ipv6() {
            check(&self.lines, &network.line(), RATING)?;
        }
        check(&self.networks, &network, RATING)?;
        check(&self.raters, &rater, RATING)
    }

    /// May somebody in this network search now?
    pub fn search(&self, network: Network) -> Result<(), Error> {
        check(
            &self.searches,
            &network,
            "There are very many searches from where you are. Wait a moment, then try again.",
        )
    }
}

fn quota(rate: Rate) -> Quota {
    Quota::per_second(rate.per_second).allow_burst(rate.burst)
}

/// Said to whoever votes too fast.
const RATING: &str = "You are rating very fast. Wait 10 seconds, then try again.";

fn check<K: std::hash::Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    message: &str,
) -> Result<(), Error> {
    if limiter.len() > MANY {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| Error::TooFast {
        message: message.into(),
        retry_after: until.wait_time_from(DefaultClock::default().now()).as_secs().max(1),
    })
}

/// An IPv4 /24 or an IPv6 /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// Where a request comes from. Without an address (a local socket) everybody is one network.
    pub fn of(request: &Request<'_>) -> Self {
        request.client_ip().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).into()
    }

    /// The IPv4 /24, or the IPv6 /48 around it: whoever rents a line has all of the latter.
    pub fn line(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !(u128::MAX >> 48)).into(),
        }
    }
}

impl From<Network> for ClientNetwork {
    fn from(network: Network) -> Self {
        let site = match network.0 {
            IpAddr::V4(_) => None,
            IpAddr::V6(v6) => Some(format!("{}/48", Ipv6Addr::from_bits(v6.to_bits() >> 80 << 80))),
        };
        ClientNetwork { network: network.to_string(), site }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ClientNetwork {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Network::of(request).into())
    }
}

/// As people read it: `192.0.2.x`, or the IPv6 prefix.
impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                write!(f, "{a}.{b}.{c}.x")
            }
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Network(match address.to_canonical() {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & !0xff).into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        })
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Network {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Network::of(request))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::config::Config;

    #[test]
    fn neighbours_are_one_network() {
        let network = |text: &str| Network::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(network("192.0.2.7"), network("192.0.2.250"));
        assert_ne!(network("192.0.2.7"), network("192.0.3.7"));
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.1"));
        assert_eq!(network("2001:db8:0:1::1").line(), network("2001:db8:0:2::1").line());
        assert_ne!(network("2001:db8:0:1::1").line(), network("2001:db8:1:1::1").line());
    }

    #[test]
    fn whoever_has_an_ipv6_line_gains_little_by_its_many_networks() {
        let one = Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::MIN };
        let usual: Config = crate::config::figment().extract().expect("a configuration");
        let limits = Limits::new(&RatesConfig { votes_per_rater: one, votes_per_network: one, ..usual.rates });
        let counted = |prefix: &str| {
            let votes = (0..100).map(|n| {
                let address = format!("{prefix}:{n:x}::1").parse::<IpAddr>().expect("an address");
                limits.vote(RaterId(Uuid::new_v4()), address.into())
            });
            votes.filter(Result::is_ok).count()
        };
        assert!(matches!(counted("2001:db8:0"), 8..=9));
        assert!(matches!(counted("2001:db8:1"), 8..=9), "another line is not braked by the first");
    }
}
