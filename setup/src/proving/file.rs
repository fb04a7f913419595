//! The file of a proving key. Integers big-endian, points as in `coordinates.rs`:
//!
//! ```text
//! magic "POTPKEY1" 8 | version 2 | key id 32 | numbers of A, B1, B2, H, L points 5 × 4
//! verifying-key file (circuit id, capacity and provenance are in there)
//! beta G1 64 | delta G1 64 | A | B1 | B2 (128 each) | H | L (64 each)
//! ```

use ark_bn254::G1Affine;
use pot_protocol::keys::{KeyId, RawVerifyingKey, VerifyingKey};

use super::{ProvingKey, coordinates::Coordinates};
use crate::SetupError;

const MAGIC: [u8; 8] = *b"POTPKEY1";
const VERSION: u16 = 1;

impl ProvingKey {
    /// The bytes of the key's file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let p = &self.parameters;
        let lengths = [p.a_query.len(), p.b_g1_query.len(), p.b_g2_query.len(), p.h_query.len(), p.l_query.len()];
        let points: usize = lengths.iter().sum::<usize>() + p.b_g2_query.len() + 2;
        let mut out = Vec::with_capacity(1024 + points * G1Affine::LEN);
        out.extend(MAGIC);
        out.extend(VERSION.to_be_bytes());
        out.extend(self.id().0);
        for length in lengths {
            // The field's two-adicity caps a circuit at 2^28 variables, so a length fits.
            out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        }
        out.extend(self.verifying.to_bytes());
        p.beta_g1.write(&mut out);
        p.delta_g1.write(&mut out);
        write_all(&p.a_query, &mut out);
        write_all(&p.b_g1_query, &mut out);
        write_all(&p.b_g2_query, &mut out);
        write_all(&p.h_query, &mut out);
        write_all(&p.l_query, &mut out);
        out
    }

    /// Reads a file whose hash was found to be the pinned one. The verifying key is validated as any other; the
    /// proving points are taken as they are, which is why the hash comes first.
    ///
    /// # Errors
    /// [`SetupError::Layout`] when the bytes are no proving key of this version, [`SetupError::Key`] when the verifying
    /// key in it is refused. Never panics, whatever the bytes.
    pub fn from_trusted_bytes(bytes: &[u8]) -> Result<Self, SetupError> {
        let cut = || layout("the file ends early");
        let (magic, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
        if *magic != MAGIC {
            return Err(layout("it does not begin with 'POTPKEY1'"));
        }
        let (version, rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let version = u16::from_be_bytes(*version);
        if version != VERSION {
            return Err(layout(&format!("format version {version}, this program reads version {VERSION}")));
        }
        let (id, mut rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let mut lengths = [0; 5];
        for length in &mut lengths {
            let (first, tail) = rest.split_first_chunk().ok_or_else(cut)?;
            *length = u32::from_be_bytes(*first);
            rest = tail;
        }
        let (verifying, mut rest) = rest.split_at_checked(RawVerifyingKey::LEN).ok_or_else(cut)?;
        let verifying = VerifyingKey::from_bytes(verifying)?;
        if verifying.id() != KeyId(*id) {
            return Err(layout("its verifying key has another id than its header"));
        }
        let [a, b1, b2, h, l] = lengths;
        let (beta_g1, delta_g1) = (one(&mut rest)?, one(&mut rest)?);
        let parameters = ark_groth16::ProvingKey {
            vk: ark_verifying_key(&verifying),
            beta_g1,
            delta_g1,
            a_query: many(a, &mut rest)?,
            b_g1_query: many(b1, &mut rest)?,
            b_g2_query: many(b2, &mut rest)?,
            h_query: many(h, &mut rest)?,
            l_query: many(l, &mut rest)?,
        };
        if rest.is_empty() {
            Ok(Self { verifying, parameters })
        } else {
            Err(layout(&format!("{} bytes are left over at the end", rest.len())))
        }
    }
}

fn ark_verifying_key(key: &VerifyingKey) -> ark_groth16::VerifyingKey<ark_bn254::Bn254> {
    let points = key.points();
    ark_groth16::VerifyingKey {
        alpha_g1: points.alpha_g1,
        beta_g2: points.beta_g2,
        gamma_g2: points.gamma_g2,
        delta_g2: points.delta_g2,
        gamma_abc_g1: points.ic.to_vec(),
    }
}

fn layout(reason: &str) -> SetupError {
    SetupError::Layout(reason.to_owned())
}

fn write_all<T: Coordinates>(points: &[T], out: &mut Vec<u8>) {
    for point in points {
        point.write(out);
    }
}

fn one<T: Coordinates>(bytes: &mut &[u8]) -> Result<T, SetupError> {
    T::read(bytes).ok_or_else(|| layout("a point is cut off or has a coordinate above the modulus"))
}

fn many<T: Coordinates>(length: u32, bytes: &mut &[u8]) -> Result<Vec<T>, SetupError> {
    // Compared before anything is allocated: a forged length costs nothing.
    let length = usize::try_from(length).ok().filter(|&length| length <= bytes.len() / T::LEN);
    let length = length.ok_or_else(|| layout("it announces more points than it holds"))?;
    (0..length).map(|_| one(bytes)).collect()
}
