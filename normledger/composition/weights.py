"""What a wording weighs in a comparison: its features and their weights, as a vector of integers.

Belongs here: features, document frequencies, logarithms and lengths. Does not belong here: comparing vectors
(`similarity`), or what follows from being alike (`alignment`).

A wording has two fields, *all* of it and its *opening*, the first 25 words, because how a clause begins says what it
regulates. A field's features are its words (plurals folded) and pairs of neighbouring ones: of all of it, the content
words; of the opening, every word, since small words tell what kind of clause begins there. A feature weighs

    (1 + ln tf) · (1 + ln((1 + n) / (1 + df)))      tf: how often in the field; df: in how many of n wordings' fields

(Salton and Buckley 1988), the opening's features together 30 % of the squared length, the rest 70 %. A vector's length
is 2^14 or, by rounding, a little less, so the dot product of two is their cosine in units of 2^28.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from math import isqrt

from normledger.composition.wording import FUNCTION_WORDS
from normledger.errors import InputError

LENGTH = 1 << 14
ONE = LENGTH * LENGTH
"""The dot product of a vector with itself, but for rounding: full similarity."""

OPENING = 25
OPENING_SHARE = 30
"""Hundredths of similarity that the opening decides."""

_FRACTION = 16
UNIT = 1 << _FRACTION
"""One, in the units of `logarithm`."""

_LN_2 = 45426  # ln 2 · 2^16

Vector = tuple[tuple[int, int], ...]
"""Places of features, ascending (the rarest first), each with its weight."""


def logarithm(value: int) -> int:
    """Natural logarithm of a positive integer, in units of 2^-16, rounded down from an exact base-2 expansion."""
    whole = value.bit_length() - 1
    rest = (value << 32) >> whole
    result = whole
    for _ in range(_FRACTION):
        rest = rest * rest >> 32
        bit = rest >> 33
        result = result << 1 | bit
        rest >>= bit
    return result * _LN_2 >> _FRACTION


class _Folding(dict[str, str]):
    """A plural's singular, roughly: ``duties`` is ``duty``, ``fees`` is ``fee``. Remembers what it was asked."""

    def __missing__(self, token: str) -> str:
        folded = token
        if len(token) > 4 and token.endswith("ies"):
            folded = token[:-3] + "y"
        elif len(token) > 4 and token.endswith("s") and not token.endswith("ss"):
            folded = token[:-1]
        self[token] = folded
        return folded


def _words_and_pairs(tokens: list[str]) -> Counter[str]:
    return Counter(chain(tokens, map(" ".join, pairwise(tokens))))


def _band(often: int) -> int:
    """The band of a feature that stands in so many wordings: eight to a doubling."""
    return 8 * often.bit_length() + (often << 3 >> often.bit_length() - 1 & 7)


class Rarity:
    """How rare each feature is among the wordings of one language, and the weights that follow.

    A feature that stands in one wording alone lengthens its vector and is left out of it: it can be shared with none.
    `names` are the features' words by place, `bands` their bands of rarity, ascending like the places.
    `opening_share`: hundredths of similarity that the opening decides; with 0 there is no such field.
    Raises `InputError` for a language whose function words are not known.
    """

    def __init__(self, wordings: Sequence[Sequence[str]], language: str, opening_share: int = OPENING_SHARE) -> None:
        if language not in FUNCTION_WORDS:
            known = ", ".join(sorted(FUNCTION_WORDS))
            raise InputError(
                f"{language!r} is no language whose words are weighed; give one of {known}", field="language"
            )
        self._lengths = (isqrt(ONE * (100 - opening_share) // 100), isqrt(ONE * opening_share // 100))
        self._idle = FUNCTION_WORDS[language]
        self._folding = _Folding()
        frequencies: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for tokens in wordings:
            for frequency, counts in zip(frequencies, self._fields(tokens), strict=True):
                frequency.update(counts.keys())
        order = sorted(
            (often, field, feature)
            for field, frequency in enumerate(frequencies)
            for feature, often in frequency.items()
            if often > 1
        )
        self.names = tuple(feature for _, _, feature in order)
        self.bands = tuple(_band(often) for often, _, _ in order)
        self._place = tuple(
            {feature: at for at, (_, where, feature) in enumerate(order) if where == field} for field in (0, 1)
        )
        whole = UNIT + logarithm(1 + len(wordings))
        logarithms = {often: logarithm(1 + often) for frequency in frequencies for often in {*frequency.values(), 0}}
        self._rarity = tuple(
            {feature: whole - logarithms[often] for feature, often in frequency.items()} for frequency in frequencies
        )
        self._unheard = whole
        self._often = [0, *(UNIT + logarithm(often) for often in range(1, 64))]

    def vector(self, tokens: Sequence[str]) -> Vector:
        """The vector of one of the wordings."""
        entries: list[tuple[int, int]] = []
        for counts, length, place, rarity in zip(
            self._fields(tokens), self._lengths, self._place, self._rarity, strict=True
        ):
            for feature, weight in self._scaled(counts, rarity, length):
                at = place.get(feature)
                if at is not None and weight:
                    entries.append((at, weight))
        entries.sort()
        return tuple(entries)

    def _fields(self, tokens: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
        """How often each feature stands in all of a wording, and in its opening."""
        folding, idle = self._folding, self._idle
        content = [folding[token] for token in tokens if token not in idle]
        opening = [folding[token] for token in tokens[:OPENING]] if self._lengths[1] else []
        return _words_and_pairs(content), _words_and_pairs(opening)

    def _scaled(self, counts: Counter[str], rarity: Mapping[str, int], length: int) -> Iterator[tuple[str, int]]:
        raw: list[int] = []
        for feature, often in counts.items():
            weight = rarity.get(feature, self._unheard)
            if often > 1:
                weight = weight * (self._often[often] if often < 64 else UNIT + logarithm(often)) >> _FRACTION
            raw.append(weight)
        norm = isqrt(sum(weight * weight for weight in raw) - 1) + 1 if raw else 1
        return ((feature, weight * length // norm) for feature, weight in zip(counts, raw, strict=True))
