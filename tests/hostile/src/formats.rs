//! The formats that the Groth16 world shares, and packed keys.

use std::sync::OnceLock;

use ark_bn254::{g1, g2};
use pot_setup::{
    formats::{
        container::{Container, ContainerWriter},
        packed,
        ptau::{self, Powers, Ptau, read_points},
        r1cs::R1cs,
        wtns::Witness,
        zkey::Zkey,
    },
    proving::Parameters,
};

/// The circuit that packed keys are unpacked for, and what its prover needs.
const CIRCUIT: &[u8] = include_bytes!("../../../setup/testdata/snarkjs/powers.r1cs");

fn circuit() -> &'static R1cs {
    static READ: OnceLock<R1cs> = OnceLock::new();
    READ.get_or_init(|| R1cs::parse("powers.r1cs", CIRCUIT).unwrap_or_else(|e| panic!("{e}")))
}

/// What all four formats are kept in.
pub(crate) fn container(bytes: &[u8]) -> bool {
    let magic = bytes.first_chunk().copied().unwrap_or_default();
    let Ok(container) = Container::parse("container", bytes, magic, 1) else { return false };
    let write = || {
        let number = u32::try_from(container.order().len()).unwrap_or(u32::MAX);
        let mut writer = ContainerWriter::new(Vec::new(), magic, 1, number)?;
        for &id in container.order() {
            let content = container.optional(id).unwrap_or_default();
            writer.section(id, content.len() as u64)?;
            std::io::Write::write_all(&mut writer, content)?;
        }
        writer.finish()
    };
    assert_eq!(write().ok().as_deref(), Some(bytes), "every byte belongs to a section");
    true
}

pub(crate) fn r1cs(bytes: &[u8]) -> bool {
    let Ok(r1cs) = R1cs::parse("r1cs", bytes) else { return false };
    let written = r1cs.write_to(Vec::new()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(R1cs::parse("r1cs", &written).ok().as_ref(), Some(&r1cs));
    assert!(r1cs.constraints() * 12 <= bytes.len());
    true
}

pub(crate) fn wtns(bytes: &[u8]) -> bool {
    let Ok(witness) = Witness::parse("wtns", bytes) else { return false };
    let written = witness.write_to(Vec::new()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(Witness::parse("wtns", &written).ok().as_ref(), Some(&witness));
    let _ = circuit().satisfied_by(&witness.0);
    true
}

/// Lengths, header and ceremony; most points are not looked at.
pub(crate) fn zkey(bytes: &[u8]) -> bool {
    let Ok(zkey) = Zkey::parse("zkey", bytes) else { return false };
    let written = zkey.write_to(Vec::new()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(written, bytes, "a key that was read is written as it was");
    if let Ok(coefficients) = zkey.coefficients() {
        let header = &zkey.header;
        assert!(coefficients.iter().all(|c| c.signal < header.n_vars && c.constraint < header.domain_size));
    }
    true
}

/// The layer below: every point, at full cost.
pub(crate) fn zkey_points(bytes: &[u8]) -> bool {
    let Ok(zkey) = Zkey::parse("zkey", bytes) else { return false };
    let Ok(key) = Parameters::checked(&zkey) else { return false };
    assert_eq!((key.signals(), key.public()), (zkey.header.n_vars as usize, zkey.header.n_public as usize));
    assert!(packed::pack(&zkey, bytes).is_ok());
    true
}

pub(crate) fn ptau(bytes: &[u8]) -> bool {
    let Ok(ptau) = Ptau::parse("ptau", bytes) else { return false };
    assert!((1..=ptau::MAX_POWER).contains(&ptau.power()) && ptau.power() <= ptau.ceremony_power());
    for powers in Powers::ALL {
        let section = ptau.powers(powers);
        assert_eq!(section.len(), powers.count(ptau.power()) * powers.point_len());
        if powers == Powers::TauG2 {
            drop(read_points::<g2::Config>(section));
        } else {
            drop(read_points::<g1::Config>(section));
        }
        for size in 0..=powers.largest_basis(ptau.power()) {
            assert_eq!(ptau.lagrange(powers, size).is_some(), ptau.is_prepared());
        }
    }
    if let Ok(contributions) = ptau.contributions() {
        assert!(contributions.iter().all(|c| !c.display_name().chars().any(char::is_control)));
    }
    true
}

pub(crate) fn packed(bytes: &[u8]) -> bool {
    let Ok(zkey) = packed::unpack("packed", bytes, circuit()) else { return false };
    let Ok(read) = Zkey::parse("zkey", &zkey) else { panic!("what was unpacked is a key") };
    assert_eq!(packed::pack(&read, &zkey).ok().as_deref(), Some(bytes), "a packed key has one encoding");
    true
}
