//! Every shipped pack loads; wrong packs say where and what to write instead.

use super::{load, shipped_packs};

#[test]
fn every_shipped_pack_loads() {
    for name in shipped_packs() {
        if let Err(error) = load(name, &[]) {
            panic!("{error}");
        }
    }
}
