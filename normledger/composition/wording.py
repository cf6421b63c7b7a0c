"""Words, sentences and languages of a clause, for everything above that reads text.

Belongs here: cutting text into pieces and recognising its language. Does not belong here: what the words ask for
(`polarity`), or how alike two texts are (`alignment`).
"""

import re
import unicodedata

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+(?:['-][^\W\d_]+)*")
_PLAIN_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\s\d]*\s+(?=[\"“(]?[^\W\da-z_]|\(?(?:\d{1,3}|[a-z])[.)]\s)")
_LABEL = re.compile(r"\A\s*(?:\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{1,5})[.)]\s*)+(?=\S)")


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())


FUNCTION_WORDS = {
    "en": word_set(
        "a about above after against all also among an and any are as at be been being between both but by can "
        "could did do does during each either every for from had has have he her his how if in into is it its "
        "itself may might more most must neither no nor not of on one only or other others ought our over own same "
        "shall she should so some such than that the their them themselves then there these they this those through "
        "to under until up upon us was we were what when where whether which while who whom whose will with within "
        "without would you your herein hereby thereof therein thereto party parties agreement article chapter "
        "paragraph section"
    ),
    "fr": word_set(
        "au aux avec ce ces cette dans de des du elle elles en est et il ils la le les leur leurs mais ne ou par "
        "pas pour que qui sa se ses son sont sur toute tout une un à été être partie parties"
    ),
    "es": word_set(
        "al como con cual de del el ella ellos en entre es esta este la las lo los más no o para pero por que se "
        "ser sin sobre son su sus un una y cada parte partes"
    ),
    "de": word_set(
        "als am an auch auf aus bei das dass dem den der des die durch ein eine einem einen einer eines für im in "
        "ist mit nach nicht oder sich sie sind und von vor werden wird zu zum zur"
    ),
    "pt": word_set(
        "ao aos as com da das de do dos em entre esta este na nas no nos não o os ou para pela pelo por que se sem "
        "ser sua suas seu seus são um uma"
    ),
    "ru": word_set("в и не на с по для что как к от из о об или их а также при это"),
}
"""Words that say little alone, by language. Small on purpose: they tell languages apart and carry no weight."""


def words(text: str) -> tuple[str, ...]:
    """Lower-case words in order, without digits and signs; each CJK character is a word of its own."""
    if text.isascii():
        return tuple(_PLAIN_WORD.findall(text.lower()))
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text.casefold()).replace("’", "'")))


def sentences(text: str) -> tuple[str, ...]:
    """Sentences in order, without the numbers or letters that count paragraphs, white space made single."""
    parts = (_LABEL.sub("", " ".join(part.split()), count=1) for part in _SENTENCE_END.split(text))
    return tuple(part for part in parts if _WORD.search(part))


def language_of(text: str, given: str = "") -> str:
    """The language subtag that was given, else the one whose function words stand most often, else ``und``.

    A language is recognised only with three function words at least and twice as many as the runner-up: unknown is a
    value too.
    """
    tag = given.strip().casefold().replace("_", "-").split("-")[0]
    if tag and tag != "und":
        return tag
    tokens = words(text)
    if tokens and 2 * sum("\u3400" <= token <= "\u9fff" for token in tokens) > len(tokens):
        return "ja" if any("\u3040" <= token <= "\u30ff" for token in tokens) else "zh"
    hits = sorted(((sum(t in known for t in tokens), name) for name, known in FUNCTION_WORDS.items()), reverse=True)
    return hits[0][1] if hits[0][0] >= 3 and hits[0][0] >= 2 * hits[1][0] else "und"
