//! Appends batches to a log on disk and makes proofs from it; `benches/ledger/README.md` says how
//! to run it and what the figures mean.
//!
//!     append FOLDER [BATCHES [ENTRIES_A_BATCH [BYTES_AN_ENTRY]]]

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use trueline_ledger::{
    Checkpoint, Log, Signer, leaf_hash, node_hash, verify_consistency, verify_inclusion,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("usage: append FOLDER [BATCHES …]")?);
    let mut number = |default: usize| arguments.next().map_or(Ok(default), |text| text.parse());
    let (batches, count, bytes) = (number(30)?, number(65_536)?, number(32)?);

    let entries: Vec<Vec<u8>> = (0..count as u64)
        .map(|number| {
            leaf_hash(&number.to_be_bytes()).0.iter().copied().cycle().take(bytes).collect()
        })
        .collect();
    hashing(&entries);

    let signer = Signer::generate("bench.example/log")?;
    let mut log = Log::create(folder, "bench.example/log", vec![signer])?;
    let (start, cpu) = (Instant::now(), cpu_time());
    let mut slowest = Duration::ZERO;
    for _ in 0..batches {
        let start = Instant::now();
        log.append_entries(&entries)?;
        slowest = slowest.max(start.elapsed());
    }
    let appended = start.elapsed();
    let note = log.newest_checkpoint().clone();
    let reader = log.open_reader();
    let closing = Instant::now();
    log.close()?;
    let wall = appended + closing.elapsed();
    let [ours, system] = [0, 1].map(|at| cpu_time()[at].saturating_sub(cpu[at]));
    let total = (batches * count) as f64;
    let rate = |seconds: Duration| total / seconds.as_secs_f64() / 1e6;
    println!("{batches} batches of {count} entries of {bytes} bytes: every batch durable");
    println!("  wall {:.2} s: {:.2} M entries/s", wall.as_secs_f64(), rate(wall));
    println!(
        "  CPU  {:.2} s, {:.2} s of it in the system: {:.2} M entries/s of CPU",
        (ours + system).as_secs_f64(),
        system.as_secs_f64(),
        rate(ours + system)
    );
    println!("  slowest batch {:.0} ms", slowest.as_secs_f64() * 1e3);
    proofs(&reader, &note, &entries)
}

/// The tree alone, on one core: the least that any such log has to do.
fn hashing(entries: &[Vec<u8>]) {
    let start = Instant::now();
    let mut row: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    while row.len() > 1 {
        row = row.chunks(2).map(|two| node_hash(&two[0], two.last().unwrap_or(&two[0]))).collect();
    }
    let rate = entries.len() as f64 / start.elapsed().as_secs_f64() / 1e6;
    println!("hashing alone: {rate:.2} M entries/s ({})", row[0]);
}

fn proofs(
    reader: &trueline_ledger::LogReader,
    note: &trueline_ledger::Note,
    entries: &[Vec<u8>],
) -> Result<(), Box<dyn Error>> {
    let checkpoint = Checkpoint::parse(note.text())?;
    let (size, root) = (checkpoint.size(), checkpoint.root());
    let mut place = 0x9e37_79b9_7f4a_7c15_u64;
    let mut times = Vec::new();
    for _ in 0..20_000 {
        place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let index = (place >> 16) % size;
        let start = Instant::now();
        let path = reader.prove_inclusion(index, size)?;
        let leaf = leaf_hash(&entries[index as usize % entries.len()]);
        verify_inclusion(&leaf, index, &path, size, root)?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1e6;
    println!("a proof made and checked, {size} entries, files in the page cache:");
    println!("  median {:.0} µs, p99 {:.0} µs, worst {:.0} µs", at(0.5), at(0.99), at(0.99995));
    let old = size / 3;
    let start = Instant::now();
    let proof = reader.prove_consistency(old, size)?;
    verify_consistency((old, &reader.compute_root(old)?), (size, root), &proof)?;
    println!("  consistency of {old} in {size}: {:.0} µs", start.elapsed().as_secs_f64() * 1e6);
    Ok(())
}

/// CPU time of this process, and of the system on its behalf; from Linux, zero elsewhere.
fn cpu_time() -> [Duration; 2] {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
    let mut ticks = fields.skip(11).map(|field| field.parse().unwrap_or(0));
    [0; 2].map(|_: u8| Duration::from_millis(ticks.next().unwrap_or(0) * 10))
}
