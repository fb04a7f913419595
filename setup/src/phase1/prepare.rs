//! Preparing a file: the Lagrange bases of all sizes, which phase 2 starts from.

use std::{io::Write, path::Path};

use ark_bn254::{g1, g2};
use ark_ec::{AffineRepr, short_weierstrass::Affine};

use super::{
    Report,
    points::{Group, checked_points},
};
use crate::{
    SetupError,
    curve::inverse_fft,
    formats::{
        container::ContainerWriter,
        points::to_bytes,
        ptau::{MAGIC, MAX_POWER, Powers, Ptau, VERSION, begin_lagrange, write_header},
    },
    new_file,
};

/// Writes `file` with its Lagrange bases to `out`; those it has already are computed again. Every point is checked to be
/// one, nothing else of the file is.
///
/// # Errors
/// [`SetupError::Format`] when a point is none, [`SetupError::Ceremony`] when the file is too large for the largest basis; of
/// the file system.
pub fn prepare(file: &Ptau<'_>, out: &Path, report: Report<'_>) -> Result<(), SetupError> {
    let power = file.power();
    if power >= MAX_POWER {
        let reason =
            format!("power {power} needs a basis of size 2^{}, for which there is no root of unity", power + 1);
        return Err(SetupError::ceremony(file.name(), reason));
    }
    new_file::write_new(out, |new| {
        let io = |error| SetupError::io("write", out)(error);
        let mut writer = ContainerWriter::new(new, MAGIC, VERSION, 11).map_err(io)?;
        write_header(&mut writer, power, file.ceremony_power()).map_err(io)?;
        for (id, content) in file.unprepared_sections() {
            writer.section(id, content.len() as u64).map_err(io)?;
            writer.write_all(content).map_err(io)?;
        }
        for powers in Powers::ALL {
            begin_lagrange(&mut writer, powers, power).map_err(io)?;
            for log_size in 0..=powers.largest_basis(power) {
                report(powers.name(), 1 << log_size, 2 << powers.largest_basis(power));
                let bytes = match powers {
                    Powers::TauG2 => basis::<g2::Config>(file, powers, log_size)?,
                    _ => basis::<g1::Config>(file, powers, log_size)?,
                };
                writer.write_all(&bytes).map_err(io)?;
            }
        }
        writer.finish().map(drop).map_err(io)
    })
}

/// The basis of size 2^`log_size`.
fn basis<P: Group>(file: &Ptau<'_>, powers: Powers, log_size: u32) -> Result<Vec<u8>, SetupError> {
    let size = 1usize << log_size;
    let bytes = file.powers(powers);
    let bytes = bytes.get(..size * powers.point_len()).unwrap_or(bytes);
    let mut points = Vec::with_capacity(size);
    for chunk in checked_points::<P>(file, powers.section(), bytes)? {
        points.extend(chunk?.1);
    }
    // The one power that is missing for the largest basis of tauG1.
    points.resize(size, Affine::zero());
    inverse_fft(&mut points);
    Ok(to_bytes(&points))
}
