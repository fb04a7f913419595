//! Rounds of the public randomness beacon drand, checked offline: a BLS signature over the round's number.
//!
//! Scheme `bls-unchained-g1-rfc9380`: the message is SHA-256 of the round as 8 big-endian bytes, hashed to G1 of BLS12-381 by
//! RFC 9380; the signature lies in G1, the key in G2; the randomness is SHA-256 of the signature's 48 bytes.

use ark_bls12_381::{Bls12_381, G1Affine, G1Projective, G2Affine, g1};
use ark_ec::{
    AffineRepr,
    hashing::{HashToCurve, curve_maps::wb::WBMap, map_to_curve_hasher::MapToCurveBasedHasher},
    pairing::Pairing,
};
use ark_ff::{One, field_hashers::DefaultFieldHasher};
use ark_serialize::CanonicalDeserialize;
use pot_protocol::digest::Digest;
use serde::{Deserialize, Serialize};
use sha2_0_10::Sha256;

const DOMAIN: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/// A chain of the beacon, by what its `/info` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its name.
    pub name: &'static str,
    /// Its hash.
    pub hash: Digest,
    /// The group's public key, in hexadecimal.
    key: &'static str,
    /// When round 1 came, Unix seconds.
    pub genesis: u64,
    /// Seconds between rounds.
    pub period: u64,
}

/// The League of Entropy's chain of three seconds.
pub const QUICKNET: Chain = Chain {
    name: "quicknet",
    hash: Digest([
        0x52, 0xdb, 0x9b, 0xa7, 0x0e, 0x0c, 0xc0, 0xf6, 0xea, 0xf7, 0x80, 0x3d, 0xd0, 0x74, 0x47, 0xa1, 0xf5, 0x47,
        0x77, 0x35, 0xfd, 0x3f, 0x66, 0x17, 0x92, 0xba, 0x94, 0x60, 0x0c, 0x84, 0xe9, 0x71,
    ]),
    key: "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17\
          e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    genesis: 1_692_803_367,
    period: 3,
};

/// A round as drand's HTTP interface gives it. `randomness` and other fields follow from the signature and are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Round {
    /// The round's number.
    round: u64,
    /// The signature.
    #[serde(with = "hex")]
    signature: Vec<u8>,
}

/// Why a file is not the registered round.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BeaconError {
    /// It is no round.
    #[error("no round of a drand beacon: {0}")]
    Malformed(String),
    /// A chain whose key this program does not have.
    #[error("beacon chain {0} is not known to this program; it knows quicknet, {known}", known = QUICKNET.hash)]
    Chain(Digest),
    /// Another round.
    #[error("the file holds round {found} of the beacon, registered is round {registered}")]
    Round {
        /// The file's.
        found: u64,
        /// The registered one.
        registered: u64,
    },
    /// The signature is not the beacon's.
    #[error("the signature of round {0} does not hold under the beacon's key")]
    Signature(u64),
}

impl Chain {
    /// The chain with this hash.
    ///
    /// # Errors
    /// [`BeaconError::Chain`].
    pub fn by_hash(hash: Digest) -> Result<Self, BeaconError> {
        if hash == QUICKNET.hash { Ok(QUICKNET) } else { Err(BeaconError::Chain(hash)) }
    }

    /// When a round comes, Unix seconds.
    pub fn time_of(&self, round: u64) -> u64 {
        self.genesis.saturating_add(round.saturating_sub(1).saturating_mul(self.period))
    }

    /// The first round that comes later than this time, Unix seconds.
    pub fn round_after(&self, time: u64) -> u64 {
        time.checked_sub(self.genesis).map_or(1, |since| since / self.period + 2)
    }

    /// The randomness of a round, after its signature was checked.
    ///
    /// # Errors
    /// [`BeaconError`] when the JSON is no round, another one, or its signature does not hold.
    pub fn randomness(&self, json: &[u8], registered: u64) -> Result<Digest, BeaconError> {
        let round: Round = serde_json::from_slice(json).map_err(|e| BeaconError::Malformed(e.to_string()))?;
        if round.round != registered {
            return Err(BeaconError::Round { found: round.round, registered });
        }
        let refused = BeaconError::Signature(registered);
        let holds = self.holds(&round).ok_or_else(|| refused.clone())?;
        if holds { Ok(Digest::of(&round.signature)) } else { Err(refused) }
    }

    /// e(signature, −g2)·e(H(message), key) = 1; nothing where a point is none of its group.
    fn holds(&self, round: &Round) -> Option<bool> {
        let key = G2Affine::deserialize_compressed(&hex::decode(self.key).ok()?[..]).ok()?;
        let bytes: &[u8; 48] = round.signature.as_slice().try_into().ok()?;
        let signature = G1Affine::deserialize_compressed(&bytes[..]).ok().filter(|point| !point.is_zero())?;
        let message = Digest::of(&round.round.to_be_bytes());
        let hasher =
            MapToCurveBasedHasher::<G1Projective, DefaultFieldHasher<Sha256, 128>, WBMap<g1::Config>>::new(DOMAIN);
        let hashed: G1Affine = hasher.ok()?.hash(&message.0).ok()?;
        Some(Bls12_381::multi_pairing([signature, hashed], [-G2Affine::generator(), key]).0.is_one())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use super::*;

    /// A real round; its randomness is checked below too.
    const ROUND: &str = r#"{"round":123,"randomness":"fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc",
        "signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;

    #[test]
    fn a_real_round_of_quicknet_holds() {
        let randomness = QUICKNET.randomness(ROUND.as_bytes(), 123).unwrap();
        assert!(ROUND.contains(&randomness.to_string()));
    }

    #[test]
    fn another_round_signature_or_chain_is_refused() {
        let refused = |text: String, round| QUICKNET.randomness(text.as_bytes(), round).unwrap_err();
        assert_eq!(refused(ROUND.to_owned(), 124), BeaconError::Round { found: 123, registered: 124 });
        // The signature of another round.
        assert_eq!(refused(ROUND.replace("123", "124"), 124), BeaconError::Signature(124));
        for (from, to) in
            [("b75c", "b75d"), ("b75c", "975c"), ("b75c", "f75c"), ("0dfc92", "0dfc9200"), ("0dfc92", "0dfc")]
        {
            assert_eq!(refused(ROUND.replace(from, to), 123), BeaconError::Signature(123), "{from} {to}");
        }
        // The point at infinity.
        let mut zero = serde_json::from_str::<Round>(ROUND).unwrap();
        zero.signature = vec![0; 48];
        zero.signature.splice(..1, [0xc0]);
        assert_eq!(refused(serde_json::to_string(&zero).unwrap(), 123), BeaconError::Signature(123));
        assert!(matches!(refused("{}".to_owned(), 1), BeaconError::Malformed(_)));
        assert_eq!(Chain::by_hash(Digest([0; 32])), Err(BeaconError::Chain(Digest([0; 32]))));
        assert_eq!(Chain::by_hash(QUICKNET.hash), Ok(QUICKNET));
    }

    #[test]
    fn rounds_come_at_their_times() {
        assert_eq!(QUICKNET.time_of(1), 1_692_803_367);
        assert_eq!(QUICKNET.time_of(2), 1_692_803_370);
        assert_eq!(QUICKNET.time_of(u64::MAX), u64::MAX);
        for time in [0, 1_692_803_366, 1_692_803_367, 1_692_803_369, 1_692_803_370, 1_800_000_001] {
            let round = QUICKNET.round_after(time);
            assert!(QUICKNET.time_of(round) > time && (round == 1 || QUICKNET.time_of(round - 1) <= time), "{time}");
        }
    }
}
