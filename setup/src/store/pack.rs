//! Keys in pieces, for shipping them with sources: `verifying.key`, and the packed zkey cut so that no file is large.

use std::{fs, io, path::Path};

use pot_circuits::{VerdictCircuit, circuit_id};
use pot_protocol::keys::VerifyingKey;

use super::{KeyStore, MANIFEST, VERIFYING};
use crate::{
    SetupError,
    formats::{
        packed::{pack, unpack},
        r1cs::R1cs,
        zkey::Zkey,
    },
    mapped::FileBytes,
    new_file,
};

/// Bytes of a piece.
const PIECE: usize = 3 << 20;
/// More pieces than any verdict circuit's key has.
const MAX_PIECES: usize = 100;

fn piece(number: usize) -> String {
    format!("circuit.zkey.packed.{number:02}")
}

/// Whether a packed key lies in `folder`.
pub fn is_packed(folder: &Path) -> bool {
    folder.join(piece(0)).is_file()
}

/// Unpacks the zkey in `folder`, that of `verifying`.
///
/// # Errors
/// [`SetupError::Format`] when it is altered or cut off, [`SetupError::Circuit`] for a circuit that this version does not
/// have, [`SetupError::Io`] when a file cannot be read.
pub fn read_packed(folder: &Path, verifying: &VerifyingKey) -> Result<Vec<u8>, SetupError> {
    if verifying.circuit().0 != circuit_id(verifying.capacity()) {
        return Err(SetupError::Circuit(verifying.circuit()));
    }
    let mut packed = Vec::new();
    for path in (0..MAX_PIECES).map(|number| folder.join(piece(number))).take_while(|path| path.is_file()) {
        let bytes = FileBytes::map(&path)?;
        if bytes.len() > PIECE {
            return Err(SetupError::format(
                &path.display().to_string(),
                "it is larger than a piece of a key".to_owned(),
            ));
        }
        packed.extend_from_slice(&bytes);
    }
    unpack(&folder.display().to_string(), &packed, &R1cs::of(VerdictCircuit::shape(verifying.capacity()))?)
}

impl KeyStore {
    /// Writes the key `id` into the new folder `out`: as small as it gets, in pieces of at most 3 MiB.
    ///
    /// # Errors
    /// As of [`KeyStore::verify`], since only a whole key can be packed; [`SetupError::Io`] when `out` is there or cannot be
    /// written.
    pub fn pack(&self, id: pot_protocol::keys::KeyId, out: &Path, max_iterations_exp: u8) -> Result<(), SetupError> {
        new_file::refuse_existing(out)?;
        self.verify(id, max_iterations_exp)?;
        let bytes = self.map_zkey(id)?;
        let zkey = Zkey::parse(&self.key_folder(id).display().to_string(), &bytes)?;
        let packed = pack(&zkey, &bytes)?;
        if packed.len() > PIECE * MAX_PIECES {
            return Err(SetupError::io("write", out)(io::Error::other("the key is too large to be packed")));
        }
        fs::create_dir_all(out).map_err(SetupError::io("make the folder", out))?;
        new_file::write_new_bytes(&out.join(VERIFYING), &self.load_verifying(id)?.to_bytes())?;
        new_file::write_new_bytes(&out.join(MANIFEST), &self.manifest(id)?.to_bytes())?;
        for (number, content) in packed.chunks(PIECE).enumerate() {
            new_file::write_new_bytes(&out.join(piece(number)), content)?;
        }
        Ok(())
    }
}
