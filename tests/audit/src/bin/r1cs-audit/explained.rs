//! Why some coefficients of the verdict circuits can be changed without an honest assignment that notices.

/// The wire, the row it is in, and why its coefficient there is never noticed.
type Reason = (&'static str, &'static str, &'static str);

const TAIL: &str = "(score.bit + score.flag)·(run.decided + run.stop) = 0";
const DIRECT: &str = "scores after a stop are 0, and before it no stop is 1. Neither factor has a negative term, so any other \
                      positive coefficient leaves the same solutions; that none may be missing is shown by the lies";
const ENDED: &str = "a run that n_max ended has no later last look, so stop and last are never both 1";
const NARROW: &str = "the bit is 0 where the selector is 1: the segment is not that wide";

const STOPPED: &str = "where the window has ended before this look, the run has stopped: the other factor is 0 then";
const SPAN: &str =
    "(window.ended + window.span + window.started)·(one + window.ended + window.span + window.started) = 0";
const WIDE: &str = "no span of a circuit for 128 scores has the upper bits";

const REASONS: [Reason; 18] = [
    ("score.bit", TAIL, DIRECT),
    ("score.flag", TAIL, DIRECT),
    ("run.decided", TAIL, DIRECT),
    ("run.stop", TAIL, DIRECT),
    ("run.stop", "(run.decided + run.stop + window.started)·(window.ended) = run.stop", ENDED),
    ("run.stop", "(one + run.decided + run.stop)·(one + window.ended) = run.stop", ENDED),
    ("score.bit", "(one + score.flag)·(score.bit) = segment.v", NARROW),
    ("score.bit", "(score.flag)·(score.bit) = segment.v", NARROW),
    ("score.bit", "(one + score.flag)·(score.bit + segment.y) = segment.packed", NARROW),
    ("score.bit", "(score.flag)·(score.bit) = score.upper", NARROW),
    (
        "score.flag",
        "(score.bit)·(score.bit + score.flag) = 0",
        "the bit is 0 in the last segment, whose flag is taken from the gate; a lie about the bit there shows it",
    ),
    ("window.ended", "(one + run.decided + run.stop)·(one + window.ended) = run.stop", STOPPED),
    ("window.ended", "(run.decided + run.stop + window.started)·(window.ended) = run.stop", STOPPED),
    ("window.ended", SPAN, "an n_max at the first look leaves a span of 0, whose lowest bit is 0"),
    ("window.span", SPAN, WIDE),
    ("window.span", "(window.span)·(one + window.span) = 0", WIDE),
    ("one", "(window.span)·(one + window.span) = 0", WIDE),
    (
        "grade.bit",
        "(grade.bit + score.upper)·(grade.bit + one + score.upper) = 0",
        "where the sixth segments' sum has its highest bit, the scores that are left cannot give the fifth's sum its own",
    ),
];

/// The reason, if the coefficient of `wire` in a row of this form has one.
pub(crate) fn reason(wire: &str, row: &str) -> Option<&'static str> {
    REASONS.iter().find(|(of, form, _)| *of == wire && *form == row).map(|(.., why)| *why)
}
