//! Scores whose sums have a certain bit.

/// A bit that the sum of the offsets (or bumps) in a segment is to have, and the lowest bit of the sum that it is packed with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Where the segment starts.
    pub(crate) start: u64,
    /// Its width.
    pub(crate) width: u64,
    /// Bumps r(w − r) are summed, not offsets r.
    pub(crate) bump: bool,
    /// The number of the bit, from 0.
    pub(crate) bit: u32,
    /// The offsets in the segment from `lowest` on have an odd sum.
    pub(crate) odd: bool,
    /// The start of the segment whose sum of offsets stands lowest.
    pub(crate) lowest: u64,
}

impl Wanted {
    /// So many scores, of which those in the segment are alike but for one, and one more may make the lowest sum odd; the
    /// rest are 0. Nothing where no such scores are.
    pub(crate) fn scores(&self, count: usize) -> Option<Vec<u64>> {
        // The largest offsets, the largest bumps, and the same with odd offsets.
        let many = [self.width - 1, self.width / 2, self.width / 2 - 1];
        let tries = many.into_iter().flat_map(|one| (0..=count).flat_map(move |of| [0, 1].map(|more| (one, of, more))));
        tries.into_iter().find_map(|(one, of, more)| {
            (0..self.width).find_map(|last| {
                let mut scores = vec![self.start + one; of];
                scores.extend((last > 0).then_some(self.start + last));
                scores.extend((more > 0).then_some(self.lowest + 1));
                (scores.len() <= count && self.holds((one, of as u64), last, more)).then(|| {
                    scores.resize(count, 0);
                    scores
                })
            })
        })
    }

    /// Whether `of` offsets `one`, an offset `last`, and perhaps `more` make the sums that are wanted.
    fn holds(&self, (one, of): (u64, u64), last: u64, more: u64) -> bool {
        let own = self.start == self.lowest;
        let summed = |r: u64| if self.bump { r * (self.width - r) } else { r };
        let sum = of * summed(one) + summed(last) + if own { more * summed(1) } else { 0 };
        let lowest = more + if own { of * one + last } else { 0 };
        sum >> self.bit & 1 == 1 && (lowest % 2 == 1) == self.odd
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    /// The part of a score in a segment, where it lies in it.
    fn offset(score: u64, start: u64, width: u64) -> u64 {
        if (start..start + width).contains(&score) { score - start } else { 0 }
    }

    #[test]
    fn the_sums_have_the_bits_that_are_wanted() {
        let mut found = 0;
        for (start, width, lowest, scores) in
            [(0, 64, 0, 33), (64, 64, 0, 33), (256, 256, 0, 20), (1024, 1024, 512, 128)]
        {
            for (bump, odd, bit) in [false, true]
                .into_iter()
                .flat_map(|b| [(b, false), (b, true)])
                .flat_map(|(b, o)| (0..22).map(move |bit| (b, o, bit)))
            {
                let Some(made) = (Wanted { start, width, bump, bit, odd, lowest }).scores(scores) else { continue };
                assert_eq!(made.len(), scores);
                let of = |r: u64| if bump { r * (width - r) } else { r };
                let sum: u64 = made.iter().map(|&score| of(offset(score, start, width))).sum();
                let lower: u64 =
                    made.iter().map(|&score| offset(score, lowest, if lowest == 0 { 64 } else { 512 })).sum();
                assert!(sum >> bit & 1 == 1 && (lower % 2 == 1) == odd, "{start} {bump} {bit} {odd}: {sum} {lower}");
                found += 1;
            }
        }
        assert!(found > 200, "{found}");
    }

    #[test]
    fn what_takes_all_scores_cannot_be_odd_besides() {
        let highest = |odd| Wanted { start: 64, width: 64, bump: false, bit: 11, odd, lowest: 0 };
        // 33 · 63 ≥ 2^11 > 32 · 63.
        assert!(highest(false).scores(33).is_some() && highest(true).scores(33).is_none());
        assert!(highest(true).scores(34).is_some());
    }
}
