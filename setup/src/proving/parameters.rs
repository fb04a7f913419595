//! The points and coefficients of a Groth16 key of any circuit, as a prover needs them.

use ark_bn254::{Bn254, Fr};
use ark_ff::{AdditiveGroup, Field};
use ark_groth16::VerifyingKey;

use crate::{
    SetupError,
    formats::{
        points,
        r1cs::R1cs,
        zkey::{self, Coefficient, Header, Matrix, MpcParams, Sections, Zkey, coefficient_bytes},
    },
};

/// A Groth16 proving key of any circuit: its points, and the entries of A and B.
///
/// The reduction to polynomials is that of [`pot_circuits::qap`], which every zkey is made for.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub(super) points: ark_groth16::ProvingKey<Bn254>,
    pub(super) coefficients: Vec<Coefficient>,
    pub(super) domain: usize,
}

impl Parameters {
    /// A key out of what a setup for these constraints computed.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the points are not as many as the constraints need.
    pub fn new(points: ark_groth16::ProvingKey<Bn254>, r1cs: &R1cs) -> Result<Self, SetupError> {
        let (wires, public) = (r1cs.wires as usize, r1cs.public() as usize);
        let domain = (r1cs.constraints() + public + 1).next_power_of_two();
        let p = &points;
        let found = [p.a_query.len(), p.b_g1_query.len(), p.b_g2_query.len(), p.l_query.len(), p.h_query.len()];
        if found != [wires, wires, wires, wires - public - 1, domain] || p.vk.gamma_abc_g1.len() != public + 1 {
            return Err(SetupError::format("key", "it has other numbers of points than its circuit needs".to_owned()));
        }
        Ok(Self { points, coefficients: coefficients(r1cs)?, domain })
    }

    /// Takes a zkey whose bytes were verified before: points are not checked one by one.
    ///
    /// # Errors
    /// [`SetupError::Format`] when a coordinate is not reduced or a coefficient is out of range.
    pub fn trusted(zkey: &Zkey<'_>) -> Result<Self, SetupError> {
        let Sections { ic, a, b1, b2, l, h, .. } = zkey.sections;
        let points = ark_groth16::ProvingKey {
            vk: verifying(&zkey.header, zkey.trusted_points(3, ic)?),
            beta_g1: zkey.header.beta_g1,
            delta_g1: zkey.header.delta_g1,
            a_query: zkey.trusted_points(5, a)?,
            b_g1_query: zkey.trusted_points(6, b1)?,
            b_g2_query: zkey.trusted_points(7, b2)?,
            h_query: zkey.trusted_points(9, h)?,
            l_query: zkey.trusted_points(8, l)?,
        };
        Ok(Self { points, coefficients: zkey.coefficients()?, domain: zkey.header.domain_size as usize })
    }

    /// Takes a zkey of unknown origin: every point is checked to be on its curve and in its group. Seconds for a large key.
    ///
    /// # Errors
    /// [`SetupError::Format`] with the section and the first bad point or coefficient.
    pub fn checked(zkey: &Zkey<'_>) -> Result<Self, SetupError> {
        let key = Self::trusted(zkey)?;
        let p = &key.points;
        let bad = |section: u32| move |bad| zkey.bad(format!("section {section}, {bad}"));
        points::check_all(&p.vk.gamma_abc_g1).map_err(bad(3))?;
        points::check_all(&p.a_query).map_err(bad(5))?;
        points::check_all(&p.b_g1_query).map_err(bad(6))?;
        points::check_all(&p.b_g2_query).map_err(bad(7))?;
        points::check_all(&p.l_query).map_err(bad(8))?;
        points::check_all(&p.h_query).map_err(bad(9))?;
        Ok(key)
    }

    /// The bytes of the key as a zkey that records no ceremony: no contributions, and zeros for the circuit's hash.
    ///
    /// # Errors
    /// [`SetupError::Format`] when there are 2^32 signals or coefficients or more.
    pub fn to_zkey(&self) -> Result<Vec<u8>, SetupError> {
        let p = &self.points;
        let number =
            |n: usize| u32::try_from(n).map_err(|_| SetupError::format("key", "it is too large for a zkey".to_owned()));
        let header = Header {
            n_vars: number(p.a_query.len())?,
            n_public: number(self.public())?,
            domain_size: number(self.domain)?,
            alpha_g1: p.vk.alpha_g1,
            beta_g1: p.beta_g1,
            beta_g2: p.vk.beta_g2,
            gamma_g2: p.vk.gamma_g2,
            delta_g1: p.delta_g1,
            delta_g2: p.vk.delta_g2,
        };
        let coefficients = coefficient_bytes(&self.coefficients)?;
        let [ic, a, b1] = [&p.vk.gamma_abc_g1, &p.a_query, &p.b_g1_query].map(|points| points::to_bytes(points));
        let [l, h] = [&p.l_query, &p.h_query].map(|points| points::to_bytes(points));
        let b2 = points::to_bytes(&p.b_g2_query);
        let zkey = Zkey {
            name: "zkey".to_owned(),
            header,
            sections: Sections { ic: &ic, coefficients: &coefficients, a: &a, b1: &b1, b2: &b2, l: &l, h: &h },
            mpc: MpcParams { cs_hash: [0; 64], contributions: vec![] },
            order: zkey::ORDER_OF_A_CONTRIBUTION,
        };
        zkey.write_to(Vec::new())
    }

    /// The points.
    pub fn points(&self) -> &ark_groth16::ProvingKey<Bn254> {
        &self.points
    }

    /// The entries of A and B, the unit rows of the public signals among them.
    pub fn coefficients(&self) -> &[Coefficient] {
        &self.coefficients
    }

    /// Number of signals: the length of a witness.
    pub fn signals(&self) -> usize {
        self.points.a_query.len()
    }

    /// Number of public signals, the constant not counted.
    pub fn public(&self) -> usize {
        self.points.vk.gamma_abc_g1.len().saturating_sub(1)
    }

    /// The evaluations of the polynomials of A and B over the domain, for a witness.
    ///
    /// # Panics
    /// When the witness is shorter than the number of signals.
    pub fn evaluate(&self, witness: &[Fr]) -> (Vec<Fr>, Vec<Fr>) {
        let evaluate = |matrix: Matrix| {
            let mut rows = vec![Fr::ZERO; self.domain];
            for entry in self.coefficients.iter().filter(|entry| entry.matrix == matrix) {
                rows[entry.constraint as usize] += entry.value * witness[entry.signal as usize];
            }
            rows
        };
        rayon::join(|| evaluate(Matrix::A), || evaluate(Matrix::B))
    }
}

/// The entries of A and B of a zkey for these constraints, in snarkjs' order.
///
/// # Errors
/// [`SetupError::Format`] when there are 2^32 constraints or more.
pub fn coefficients(r1cs: &R1cs) -> Result<Vec<Coefficient>, SetupError> {
    let [a, b, _] = &r1cs.matrices;
    let number =
        |n: usize| u32::try_from(n).map_err(|_| SetupError::format("r1cs", "it is too large for a zkey".to_owned()));
    let mut entries = Vec::with_capacity(a.iter().chain(b).map(Vec::len).sum::<usize>() + r1cs.public() as usize + 1);
    for (constraint, (a, b)) in a.iter().zip(b).enumerate() {
        let constraint = number(constraint)?;
        for (matrix, row) in [(Matrix::A, a), (Matrix::B, b)] {
            for &(value, wire) in row {
                entries.push(Coefficient { matrix, constraint, signal: number(wire)?, value });
            }
        }
    }
    for signal in 0..=r1cs.public() {
        let constraint = number(r1cs.constraints() + signal as usize)?;
        entries.push(Coefficient { matrix: Matrix::A, constraint, signal, value: Fr::ONE });
    }
    Ok(entries)
}

fn verifying(header: &Header, ic: Vec<ark_bn254::G1Affine>) -> VerifyingKey<Bn254> {
    VerifyingKey {
        alpha_g1: header.alpha_g1,
        beta_g2: header.beta_g2,
        gamma_g2: header.gamma_g2,
        delta_g2: header.delta_g2,
        gamma_abc_g1: ic,
    }
}
