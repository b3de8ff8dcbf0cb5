//! The machine.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use procfs::{
    CpuPressure, CpuTime, Current, CurrentSI, IoPressure, KernelStats, LoadAverage, Meminfo, MemoryPressure,
    PressureRecord, Uptime,
};

use super::super::point::{Point, Tags, Value};
use super::{Disks, per_second};

type Fields = Vec<(Cow<'static, str>, Value)>;

/// Counters as they were a round before.
#[derive(Default)]
pub(super) struct Last {
    cpu: Option<[u64; 5]>,
    net: Option<[u64; 4]>,
    disk: Option<[u64; 3]>,
}

/// All that is known of the machine.
pub(super) fn points(
    last: &mut Last,
    host: &str,
    disks: &Disks,
    at: DateTime<Utc>,
    seconds: Option<f64>,
) -> Vec<Point> {
    let mut points = Vec::new();
    let mut add = |measurement, more: Tags, fields: Fields| {
        if !fields.is_empty() {
            let tags = [vec![("host", host.to_owned())], more].concat();
            points.push(Point::gauge(measurement, at, tags, fields));
        }
    };
    add("cpu", vec![("cpu", "cpu-total".into())], cpu(last));
    add("system", vec![], system());
    add("mem", vec![], memory());
    for (resource, some, full) in pressures() {
        add("pressure", vec![("resource", resource.into())], pressure(&some, &full));
    }
    for (path, fields) in space(disks) {
        add("disk", vec![("path", path)], fields);
    }
    if let Some(seconds) = seconds {
        add("net", vec![("interface", "all".into())], net(last, seconds));
        add("diskio", vec![("name", "all".into())], disk(last, seconds));
    } else {
        // To begin with.
        net(last, 1.0);
        disk(last, 1.0);
    }
    points
}

fn real(name: &'static str, value: f64) -> (Cow<'static, str>, Value) {
    (name.into(), Value::Real(value))
}

fn whole(name: &'static str, value: u64) -> (Cow<'static, str>, Value) {
    (name.into(), Value::Whole(i64::try_from(value).unwrap_or(i64::MAX)))
}

/// Shares of all cores' time, in percent.
fn cpu(last: &mut Last) -> Fields {
    let Ok(stats) = KernelStats::current() else { return Vec::new() };
    let CpuTime { user, nice, system, idle, iowait, irq, softirq, steal, .. } = stats.total;
    let or_none = |ticks: Option<u64>| ticks.unwrap_or(0);
    let busy = system + or_none(irq) + or_none(softirq);
    let now = [user + nice, busy, or_none(iowait), or_none(steal), idle];
    let Some(before) = last.cpu.replace(now) else { return Vec::new() };
    let more: Vec<f64> = now.iter().zip(before).map(|(now, before)| now.saturating_sub(before) as f64).collect();
    let all: f64 = more.iter().sum();
    if all <= 0.0 {
        return Vec::new();
    }
    let names = ["usage_user", "usage_system", "usage_iowait", "usage_steal", "usage_idle"];
    names.into_iter().zip(more).map(|(name, more)| real(name, 100.0 * more / all)).collect()
}

fn system() -> Fields {
    let mut fields = Vec::new();
    if let Ok(load) = LoadAverage::current() {
        let all = [("load1", load.one), ("load5", load.five), ("load15", load.fifteen)];
        fields.extend(all.map(|(name, load)| real(name, load.into())));
    }
    if let Ok(cores) = std::thread::available_parallelism() {
        fields.push(whole("n_cpus", cores.get() as u64));
    }
    if let Ok(uptime) = Uptime::current() {
        fields.push(whole("uptime", uptime.uptime as u64));
    }
    fields
}

fn memory() -> Fields {
    let Ok(memory) = Meminfo::current() else { return Vec::new() };
    let available = memory.mem_available.unwrap_or(memory.mem_free);
    let used = memory.mem_total.saturating_sub(available);
    let percent = 100.0 * used as f64 / memory.mem_total.max(1) as f64;
    vec![
        whole("total", memory.mem_total),
        whole("available", available),
        whole("used", used),
        real("used_percent", percent),
        whole("swap_total", memory.swap_total),
        whole("swap_free", memory.swap_free),
    ]
}

fn pressures() -> Vec<(&'static str, PressureRecord, PressureRecord)> {
    let mut all = Vec::new();
    if let Ok(cpu) = CpuPressure::current() {
        all.push(("cpu", cpu.some, cpu.full));
    }
    if let Ok(memory) = MemoryPressure::current() {
        all.push(("memory", memory.some, memory.full));
    }
    if let Ok(io) = IoPressure::current() {
        all.push(("io", io.some, io.full));
    }
    all
}

fn pressure(some: &PressureRecord, full: &PressureRecord) -> Fields {
    vec![
        real("some_avg10", some.avg10.into()),
        real("some_avg60", some.avg60.into()),
        real("full_avg10", full.avg10.into()),
        real("full_avg60", full.avg60.into()),
    ]
}

/// Room on the disks, each once.
fn space(disks: &Disks) -> Vec<(String, Fields)> {
    let mut seen = Vec::new();
    let mut all = Vec::new();
    for path in std::iter::once(std::path::Path::new("/")).chain(disks.iter().map(|disk| disk.as_path())) {
        let Ok(stat) = rustix::fs::statvfs(path) else { continue };
        // Files below a container's root have no id of their own: the sizes tell disks apart then.
        let which = (stat.f_fsid, stat.f_blocks, stat.f_files);
        if stat.f_blocks == 0 || seen.contains(&which) {
            continue;
        }
        seen.push(which);
        let size = stat.f_frsize;
        let used = (stat.f_blocks - stat.f_bfree) * size;
        let free = stat.f_bavail * size;
        let percent = |used: u64, free: u64| 100.0 * used as f64 / (used + free).max(1) as f64;
        let mut fields = vec![
            whole("total", stat.f_blocks * size),
            whole("used", used),
            whole("free", free),
            real("used_percent", percent(used, free)),
        ];
        if stat.f_files > 0 {
            fields.push(real("inodes_used_percent", percent(stat.f_files - stat.f_ffree, stat.f_favail)));
        }
        all.push((path.to_string_lossy().into_owned(), fields));
    }
    all
}

/// Over all interfaces that lead out.
fn net(last: &mut Last, seconds: f64) -> Fields {
    let Ok(devices) = procfs::net::dev_status() else { return Vec::new() };
    let virtual_ones = ["lo", "veth", "br-", "docker", "virbr"];
    let mut now = [0u64; 4];
    for device in devices.values().filter(|device| !virtual_ones.iter().any(|name| device.name.starts_with(name))) {
        let wrong = device.recv_errs + device.sent_errs;
        let all = [device.recv_bytes, device.sent_bytes, wrong, device.recv_drop + device.sent_drop];
        now.iter_mut().zip(all).for_each(|(sum, more)| *sum = sum.wrapping_add(more));
    }
    let Some(before) = last.net.replace(now) else { return Vec::new() };
    let names = ["recv_per_s", "sent_per_s", "errors_per_s", "drops_per_s"];
    rates(names, before, now, seconds)
}

/// Over all disks: bytes, and the share of time in which the busiest had something to do.
fn disk(last: &mut Last, seconds: f64) -> Fields {
    let Ok(disks) = procfs::diskstats() else { return Vec::new() };
    let parts = |name: &str| name.starts_with("loop") || name.starts_with("ram") || name.starts_with("dm-");
    let whole_ones = disks.iter().filter(|disk| !parts(&disk.name) && !is_partition(&disk.name));
    let mut now = [0u64; 3];
    for disk in whole_ones {
        // Sectors are of 512 bytes, whatever the disk has.
        let all = [disk.sectors_read * 512, disk.sectors_written * 512, disk.time_in_progress];
        now.iter_mut().zip(all).for_each(|(sum, more)| *sum = sum.wrapping_add(more));
    }
    let Some(before) = last.disk.replace(now) else { return Vec::new() };
    let mut fields = rates(["read_per_s", "write_per_s", "io_ms_per_s"], before, now, seconds);
    for (_, value) in fields.iter_mut().filter(|(name, _)| name == "io_ms_per_s") {
        if let Value::Real(millis) = value {
            *millis = (*millis / 10.0).min(100.0);
        }
    }
    fields
        .into_iter()
        .map(|(name, value)| (if name == "io_ms_per_s" { "io_percent".into() } else { name }, value))
        .collect()
}

/// As `sda1` or `nvme0n1p2`.
fn is_partition(name: &str) -> bool {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if letters == name {
        return false;
    }
    match name.starts_with("nvme") || name.starts_with("mmcblk") {
        true => letters.ends_with('p'),
        false => ["sd", "hd", "vd", "xvd"].iter().any(|disk| letters.starts_with(disk)),
    }
}

fn rates<const N: usize>(names: [&'static str; N], before: [u64; N], now: [u64; N], seconds: f64) -> Fields {
    let all = names.into_iter().zip(before).zip(now);
    all.filter_map(|((name, before), now)| Some(real(name, per_second(before, now, seconds)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::is_partition;

    #[test]
    fn disks_are_counted_once_and_not_by_their_parts() {
        for (name, part) in [
            ("sda", false),
            ("sda1", true),
            ("nvme0n1", false),
            ("nvme0n1p2", true),
            ("vdb", false),
            ("vdb3", true),
            ("sr0", false),
        ] {
            assert_eq!(is_partition(name), part, "{name}");
        }
    }
}
