//! The province: its prefectures and counties, by the codes of GB/T 2260 as of 2020.
//!
//! Weights are the residents of the census of 2020 in units of 10 000. The pace and the
//! satisfaction of a branch are invented; Lüliang is the slow one.

/// A prefecture and the branch that serves it.
#[derive(Debug)]
pub(super) struct Prefecture {
    pub(super) code: &'static str,
    /// Residents in units of 10 000: its weight in everything that grows with people.
    pub(super) residents: f64,
    /// The share of townspeople.
    pub(super) urban: f64,
    /// How long field work takes here compared with the rest of the province.
    pub(super) pace: f64,
    /// The share of raters who are satisfied, before the province is brought to its target.
    pub(super) gladness: f64,
    /// County-level codes: districts, then county-level cities and counties.
    pub(super) counties: &'static [&'static str],
}

/// The eleven prefectures of Shanxi.
pub(super) const PREFECTURES: [Prefecture; 11] = [
    // 太原
    Prefecture {
        code: "140100",
        residents: 530.0,
        urban: 0.89,
        pace: 0.92,
        gladness: 0.892,
        counties: &[
            "140105", "140106", "140107", "140108", "140109", "140110", "140121", "140122",
            "140123", "140181",
        ],
    },
    // 大同
    Prefecture {
        code: "140200",
        residents: 311.0,
        urban: 0.72,
        pace: 1.0,
        gladness: 0.884,
        counties: &[
            "140212", "140213", "140214", "140215", "140221", "140222", "140223", "140224",
            "140225", "140226",
        ],
    },
    // 阳泉
    Prefecture {
        code: "140300",
        residents: 132.0,
        urban: 0.71,
        pace: 0.95,
        gladness: 0.889,
        counties: &["140302", "140303", "140311", "140321", "140322"],
    },
    // 长治
    Prefecture {
        code: "140400",
        residents: 318.0,
        urban: 0.57,
        pace: 0.97,
        gladness: 0.886,
        counties: &[
            "140403", "140404", "140405", "140406", "140423", "140425", "140426", "140427",
            "140428", "140429", "140430", "140431",
        ],
    },
    // 晋城
    Prefecture {
        code: "140500",
        residents: 220.0,
        urban: 0.63,
        pace: 0.9,
        gladness: 0.895,
        counties: &["140502", "140521", "140522", "140524", "140525", "140581"],
    },
    // 朔州
    Prefecture {
        code: "140600",
        residents: 159.0,
        urban: 0.62,
        pace: 1.03,
        gladness: 0.88,
        counties: &["140602", "140603", "140621", "140622", "140623", "140681"],
    },
    // 晋中
    Prefecture {
        code: "140700",
        residents: 338.0,
        urban: 0.62,
        pace: 0.96,
        gladness: 0.887,
        counties: &[
            "140702", "140703", "140721", "140722", "140723", "140724", "140725", "140727",
            "140728", "140729", "140781",
        ],
    },
    // 运城
    Prefecture {
        code: "140800",
        residents: 477.0,
        urban: 0.5,
        pace: 1.0,
        gladness: 0.884,
        counties: &[
            "140802", "140821", "140822", "140823", "140824", "140825", "140826", "140827",
            "140828", "140829", "140830", "140881", "140882",
        ],
    },
    // 忻州
    Prefecture {
        code: "140900",
        residents: 269.0,
        urban: 0.53,
        pace: 1.08,
        gladness: 0.876,
        counties: &[
            "140902", "140921", "140922", "140923", "140924", "140925", "140926", "140927",
            "140928", "140929", "140930", "140931", "140932", "140981",
        ],
    },
    // 临汾
    Prefecture {
        code: "141000",
        residents: 398.0,
        urban: 0.53,
        pace: 1.04,
        gladness: 0.881,
        counties: &[
            "141002", "141021", "141022", "141023", "141024", "141025", "141026", "141027",
            "141028", "141029", "141030", "141031", "141032", "141033", "141034", "141081",
            "141082",
        ],
    },
    // 吕梁
    Prefecture {
        code: "141100",
        residents: 340.0,
        urban: 0.55,
        pace: 1.9,
        gladness: 0.845,
        counties: &[
            "141102", "141121", "141122", "141123", "141124", "141125", "141126", "141127",
            "141128", "141129", "141130", "141181", "141182",
        ],
    },
];

/// The codes of the prefectures, in their order.
pub(super) fn list_prefecture_codes() -> Vec<String> {
    PREFECTURES.iter().map(|prefecture| prefecture.code.to_string()).collect()
}

/// The weight of a county when a case of its prefecture is placed: most townspeople live in
/// districts (codes that end below 20), most villagers in counties; county-level cities (from 81)
/// lie between.
pub(super) fn county_weight(code: &str, rural: u8) -> u32 {
    let serial: u32 = code[4..].parse().expect("county codes end in two digits");
    match (rural, serial) {
        (0, 0..=20) => 12,
        (0, 81..) => 6,
        (0, _) => 3,
        (_, 0..=20) => 2,
        (_, 81..) => 5,
        (_, _) => 6,
    }
}
