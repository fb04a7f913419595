//! Files to measure phase 2 with: `synthetic POWER FOLDER` writes a circuit that fills the domain of 2^POWER and prepared
//! powers of tau of just that size. Their τ, α and β are known to everybody, so they are good for nothing else.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::Context;
use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup, ScalarMul, scalar_mul::BatchMulPreprocessing, short_weierstrass::Affine};
use ark_ff::Field;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use pot_setup::formats::{
    container::ContainerWriter,
    points::Coordinates,
    ptau::{MAGIC, Powers, VERSION, begin_lagrange, begin_powers, write_beta_g2, write_contributions, write_header},
    r1cs::R1cs,
};

type Writer = ContainerWriter<BufWriter<File>>;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let power: u32 = arguments.next().context("POWER and FOLDER are missing")?.parse()?;
    let folder = arguments.next().context("FOLDER is missing")?;
    let folder = Path::new(&folder);
    circuit(power).write_to(BufWriter::new(File::create_new(folder.join("circuit.r1cs"))?))?;
    powers(power, &folder.join("powers.ptau"))
}

/// Each wire is the product of two sums of earlier ones; one row in 16 has a coefficient of full length.
fn circuit(power: u32) -> R1cs {
    let constraints = (1usize << power) - 8;
    let wires = constraints + 4;
    let one = Fr::from(1u64);
    let rows = || (0..constraints).map(|row| row + 4);
    let long = |wire: usize| if wire.is_multiple_of(16) { Fr::from(wire as u64).pow([19]) } else { one };
    let a = rows().map(|wire| vec![(one, wire - 1), (long(wire), wire - 2)]).collect();
    let b = rows().map(|wire| vec![(one, wire - 1), (-one, wire - 3)]).collect();
    let c = rows().map(|wire| vec![(one, wire)]).collect();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    R1cs {
        wires: number(wires),
        outputs: 1,
        public_inputs: 1,
        private_inputs: 1,
        labels: wires as u64,
        matrices: [a, b, c],
        wire_labels: (0..wires as u64).collect(),
    }
}

fn powers(power: u32, path: &Path) -> anyhow::Result<()> {
    let (tau, alpha, beta) = (Fr::from(20_261_127u64).inverse().context("0")?, Fr::from(3u64), Fr::from(5u64));
    let size = 2usize << power;
    let g1 = BatchMulPreprocessing::new(G1Projective::generator(), size);
    let g2 = BatchMulPreprocessing::new(G2Projective::generator(), size);
    let mut writer = ContainerWriter::new(BufWriter::new(File::create_new(path)?), MAGIC, VERSION, 11)?;
    write_header(&mut writer, power, power)?;
    let factor = |powers: Powers| match powers {
        Powers::TauG1 | Powers::TauG2 => Fr::from(1u64),
        Powers::AlphaTauG1 => alpha,
        Powers::BetaTauG1 => beta,
    };
    let write = |writer: &mut Writer, powers: Powers, scalars: &[Fr]| match powers {
        Powers::TauG2 => points(writer, &g2, scalars),
        _ => points(writer, &g1, scalars),
    };
    for powers in Powers::ALL {
        begin_powers(&mut writer, powers, power)?;
        let scalars: Vec<Fr> = std::iter::successors(Some(factor(powers)), |scalar| Some(*scalar * tau))
            .take(powers.count(power))
            .collect();
        write(&mut writer, powers, &scalars)?;
    }
    let mut beta_g2 = Vec::new();
    (G2Projective::generator() * beta).into_affine().write(&mut beta_g2);
    write_beta_g2(&mut writer, &beta_g2)?;
    write_contributions(&mut writer, &[])?;
    for powers in Powers::ALL {
        begin_lagrange(&mut writer, powers, power)?;
        for log_size in 0..=powers.largest_basis(power) {
            write(&mut writer, powers, &basis(factor(powers), tau, log_size, powers.count(power))?)?;
        }
    }
    writer.finish()?;
    Ok(())
}

/// factor·Lᵢ(τ); without the highest power where there are fewer powers than the domain has elements.
fn basis(factor: Fr, tau: Fr, log_size: u32, powers: usize) -> anyhow::Result<Vec<Fr>> {
    let domain = Radix2EvaluationDomain::<Fr>::new(1 << log_size).context("no such domain")?;
    let mut scalars: Vec<Fr> =
        std::iter::successors(Some(factor), |scalar| Some(*scalar * tau)).take(powers.min(domain.size())).collect();
    scalars.resize(domain.size(), Fr::from(0u64));
    domain.ifft_in_place(&mut scalars);
    // The inverse transform of the powers is the basis at τ, as ω^(−ij) stands in both.
    Ok(scalars)
}

fn points<G, P>(writer: &mut Writer, table: &BatchMulPreprocessing<G>, scalars: &[Fr]) -> anyhow::Result<()>
where
    G: ScalarMul<ScalarField = Fr> + CurveGroup<Affine = Affine<P>>,
    P: ark_ec::short_weierstrass::SWCurveConfig,
    Affine<P>: Coordinates,
{
    for scalars in scalars.chunks(1 << 14) {
        let mut bytes = Vec::new();
        for point in table.batch_mul(scalars) {
            point.write(&mut bytes);
        }
        writer.write_all(&bytes)?;
    }
    Ok(())
}
