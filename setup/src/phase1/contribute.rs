//! Making powers of τ: new ones, contributing to some, and closing them with a public value.

use std::{
    fs::File,
    io::{BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use ark_bn254::{Fr, G1Affine, G2Affine, g1, g2};
use ark_ec::{AffineRepr, short_weierstrass::Affine};
use ark_ff::Field;
use blake2::{Blake2b512, Digest};
use zeroize::Zeroizing;

use super::{
    CHUNK, Report,
    blake2b::Blake2b,
    chain::check,
    hashes::{first_challenge, keys_bytes},
    points::{Group, checked_points},
    secrets::{Secrets, times},
};
use crate::{
    SetupError,
    curve::{compressed, scale_each, uncompressed},
    formats::{
        container::ContainerWriter,
        points::{read_trusted, to_bytes},
        ptau::{
            Contribution, MAGIC, MAX_POWER, Origin, Powers, Ptau, VERSION, begin_powers, read_point, write_beta_g2,
            write_contributions, write_header,
        },
    },
    new_file,
    phase2::{check_beacon, check_name},
};

/// What a contributor publishes, so that others can see that their contribution is in the final file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The hash of the contribution, as snarkjs shows it.
    pub response: [u8; 64],
    /// What the next contributor starts from.
    pub next_challenge: [u8; 64],
}

/// Writes the powers of τ = α = β = 1, which the first contributor starts from; gives their challenge.
///
/// # Errors
/// [`SetupError::Power`] when `power` is not 1 to 28; of the file system.
pub fn new(power: u32, out: &Path, report: Report<'_>) -> Result<[u8; 64], SetupError> {
    if power == 0 || power > MAX_POWER {
        return Err(SetupError::Power(power));
    }
    let g1 = to_bytes(&vec![G1Affine::generator(); CHUNK]);
    let g2 = to_bytes(&vec![G2Affine::generator(); CHUNK]);
    new_file::write_new(out, |file| {
        let io = |error| SetupError::io("write", out)(error);
        let mut writer = ContainerWriter::new(file, MAGIC, VERSION, 7).map_err(io)?;
        write_header(&mut writer, power, power).map_err(io)?;
        for powers in Powers::ALL {
            begin_powers(&mut writer, powers, power).map_err(io)?;
            let (points, count) = (if powers == Powers::TauG2 { &g2 } else { &g1 }, powers.count(power));
            for done in (0..count).step_by(CHUNK) {
                report(powers.name(), done, count);
                writer.write_all(&points[..(count - done).min(CHUNK) * powers.point_len()]).map_err(io)?;
            }
        }
        write_beta_g2(&mut writer, &g2[..Powers::TauG2.point_len()]).map_err(io)?;
        write_contributions(&mut writer, &[]).map_err(io)?;
        writer.finish().map(drop).map_err(io)
    })?;
    Ok(first_challenge(power))
}

/// Contributes to `file` and writes the new powers to `out`. `extra` is mixed into the operating system's randomness.
///
/// The chain of contributions and every point are looked at, as a secret multiplied into other points could leak; that the
/// points are powers is for [`super::verify()`].
///
/// # Errors
/// [`SetupError::Ceremony`] when the chain does not hold or the file was cut from a larger one, [`SetupError::Format`] when a
/// point is none, [`SetupError::ContributorName`]; of the file system.
pub fn contribute(
    file: &Ptau<'_>,
    name: Option<&str>,
    extra: &[u8],
    out: &Path,
    report: Report<'_>,
) -> Result<Announced, SetupError> {
    let start = Start::of(file, name, out)?;
    start.apply(file, &Secrets::secret(extra)?, &Origin::Contributor, out, report)
}

/// Closes the contributions with a public value that nobody could know when they were made.
///
/// # Errors
/// As of [`contribute`]; [`SetupError::Beacon`] for a value or a number of iterations that is not possible.
pub fn beacon(
    file: &Ptau<'_>,
    name: Option<&str>,
    value: &[u8],
    iterations_exp: u8,
    out: &Path,
    report: Report<'_>,
) -> Result<Announced, SetupError> {
    check_beacon(value, iterations_exp)?;
    let start = Start::of(file, name, out)?;
    report("beacon", 0, 1);
    let secrets = Secrets::of_beacon(value, iterations_exp);
    start.apply(file, &secrets, &Origin::Beacon { iterations_exp, value: value.to_vec() }, out, report)
}

/// What a contribution begins with.
struct Start {
    contributions: Vec<Contribution>,
    challenge: [u8; 64],
    name: Option<Vec<u8>>,
}

impl Start {
    fn of(file: &Ptau<'_>, name: Option<&str>, out: &Path) -> Result<Self, SetupError> {
        new_file::refuse_existing(out)?;
        check_name(name)?;
        let (power, of) = (file.power(), file.ceremony_power());
        if power != of {
            let reason = format!("it was cut to power {power} from one of power {of}: contribute to the whole one");
            return Err(SetupError::ceremony(file.name(), reason));
        }
        let contributions = file.contributions()?;
        let first = first_challenge(power);
        check(file.name(), &contributions, &first)?;
        let challenge = contributions.last().map_or(first, |last| last.next_challenge);
        Ok(Self { contributions, challenge, name: name.map(|name| name.as_bytes().to_vec()) })
    }

    fn apply(
        mut self,
        file: &Ptau<'_>,
        secrets: &Secrets,
        origin: &Origin,
        out: &Path,
        report: Report<'_>,
    ) -> Result<Announced, SetupError> {
        let keys = secrets.public_keys(&self.challenge);
        let mut hasher = Blake2b::new();
        hasher.update(&self.challenge);
        let mut announced = None;
        new_file::write_new(out, |new| {
            let io = |error| SetupError::io("write", out)(error);
            let mut writer = ContainerWriter::new(new, MAGIC, VERSION, 7).map_err(io)?;
            write_header(&mut writer, file.power(), file.power()).map_err(io)?;
            let mut to = Output { writer: &mut writer, hasher: &mut hasher, out, report };
            let one = Fr::ONE;
            let (_, tau_g1) = to.multiply::<g1::Config>(file, Powers::TauG1, &one, &secrets.tau)?;
            let (_, tau_g2) = to.multiply::<g2::Config>(file, Powers::TauG2, &one, &secrets.tau)?;
            let (alpha_g1, _) = to.multiply::<g1::Config>(file, Powers::AlphaTauG1, &secrets.alpha, &secrets.tau)?;
            let (beta_g1, _) = to.multiply::<g1::Config>(file, Powers::BetaTauG1, &secrets.beta, &secrets.tau)?;
            let beta_g2: G2Affine =
                read_point(file.beta_g2()).map_err(|reason| file.bad(format!("section 6: {reason}")))?;
            if !beta_g2.is_in_correct_subgroup_assuming_on_curve() {
                return Err(file.bad("section 6: its point is outside G2"));
            }
            let beta_g2 = times(&beta_g2, &secrets.beta);
            hasher.update(&compressed(&[beta_g2]));
            write_beta_g2(&mut writer, &to_bytes(&[beta_g2])).map_err(io)?;

            let partial_hash = hasher.state();
            hasher.update(&keys_bytes(&keys));
            let response = hasher.clone().finish();
            let next_challenge = hash_again(writer.inner(), file.power(), &response, out, report)?;
            announced = Some(Announced { response, next_challenge });
            self.contributions.push(Contribution {
                tau_g1,
                tau_g2,
                alpha_g1,
                beta_g1,
                beta_g2,
                keys: keys.clone(),
                partial_hash,
                next_challenge,
                name: self.name.take(),
                origin: origin.clone(),
            });
            write_contributions(&mut writer, &self.contributions).map_err(io)?;
            writer.finish().map(drop).map_err(io)
        })?;
        announced.ok_or_else(|| SetupError::ceremony(file.name(), "nothing was written".to_owned()))
    }
}

/// Where new powers go.
struct Output<'a, 'b> {
    writer: &'a mut ContainerWriter<&'b mut BufWriter<File>>,
    hasher: &'a mut Blake2b,
    out: &'a Path,
    report: Report<'a>,
}

impl Output<'_, '_> {
    /// Writes the section with its point i times first·ratioⁱ; gives its first two points.
    fn multiply<P: Group>(
        &mut self,
        file: &Ptau<'_>,
        powers: Powers,
        first: &Fr,
        ratio: &Fr,
    ) -> Result<(Affine<P>, Affine<P>), SetupError> {
        let io = |error| SetupError::io("write", self.out)(error);
        begin_powers(&mut *self.writer, powers, file.power()).map_err(io)?;
        let (mut factor, mut firsts) = (Zeroizing::new(*first), None);
        let mut factors = Zeroizing::new(vec![Fr::ONE; CHUNK]);
        for chunk in checked_points::<P>(file, powers.section(), file.powers(powers))? {
            let (start, mut points) = chunk?;
            (self.report)(powers.name(), start, powers.count(file.power()));
            let factors = &mut factors[..points.len()];
            for place in &mut *factors {
                *place = *factor;
                *factor *= ratio;
            }
            scale_each(&mut points, factors);
            self.hasher.update(&compressed(&points));
            self.writer.write_all(&to_bytes(&points)).map_err(io)?;
            // Every section has two points or more.
            firsts = firsts.or_else(|| Some((points[0], points[1])));
        }
        firsts.ok_or_else(|| file.bad("a section is empty"))
    }
}

/// H(response ‖ the points of sections 2 to 6), read back from the new file.
fn hash_again(
    new: &mut BufWriter<File>,
    power: u32,
    response: &[u8; 64],
    out: &Path,
    report: Report<'_>,
) -> Result<[u8; 64], SetupError> {
    let io = |error| SetupError::io("read back", out)(error);
    let mut hasher = Blake2b512::new_with_prefix(response);
    new.flush().map_err(io)?;
    let mut file = new.get_ref();
    // The file's head, the header's section, and the heads of the sections.
    let mut position = 12 + 12 + 44;
    let sizes = Powers::ALL.map(|powers| (powers, powers.count(power))).into_iter();
    let mut buffer = vec![0; CHUNK * Powers::TauG2.point_len()];
    for (powers, count) in sizes {
        position += 12;
        file.seek(SeekFrom::Start(position)).map_err(io)?;
        for done in (0..count).step_by(CHUNK) {
            report("hash", done, count);
            let bytes = &mut buffer[..(count - done).min(CHUNK) * powers.point_len()];
            file.read_exact(bytes).map_err(io)?;
            hasher.update(uncompressed_bytes(bytes, powers == Powers::TauG2, out)?);
        }
        position += (count * powers.point_len()) as u64;
    }
    let bytes = &mut buffer[..Powers::TauG2.point_len()];
    file.seek(SeekFrom::Start(position + 12)).map_err(io)?;
    file.read_exact(bytes).map_err(io)?;
    hasher.update(uncompressed_bytes(bytes, true, out)?);
    file.seek(SeekFrom::End(0)).map_err(io)?;
    Ok(hasher.finalize().into())
}

/// The bytes of a file's points as they are hashed.
fn uncompressed_bytes(bytes: &[u8], in_g2: bool, out: &Path) -> Result<Vec<u8>, SetupError> {
    let read = if in_g2 {
        read_trusted::<g2::Config>(bytes).map(|points| uncompressed(&points))
    } else {
        read_trusted::<g1::Config>(bytes).map(|points| uncompressed(&points))
    };
    read.map_err(|bad| SetupError::format(&out.display().to_string(), format!("read back otherwise: {bad}")))
}
