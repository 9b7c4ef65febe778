use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (name, from, to) = match args[2].as_str() {
        "2020H1" => ("2020H1", 1_577_808_000, 1_593_532_800),
        "2019H2" => ("2019H2", 1_561_910_400, 1_577_808_000),
        "2020H2" => ("2020H2", 1_593_532_800, 1_609_430_400),
        _ => panic!(),
    };
    let order = trueline::simulation::Order {
        out: args[1].clone().into(),
        period: trueline_figures::Period { name: name.into(), from, to },
        cases: args[3].parse().unwrap(),
        seed: args[4].parse().unwrap(),
    };
    let begun = Instant::now();
    let first = std::sync::Mutex::new(None);
    let summary = trueline::simulation::run(&order, &|p| {
        if let trueline::simulation::Progress::Writing { .. } = p {
            first.lock().unwrap().get_or_insert_with(Instant::now);
        }
    });
    let mark = first.lock().unwrap().unwrap_or(begun);
    println!("{:#?} calibrate {:?} write {:?}", summary, mark - begun, mark.elapsed());
}
