"""The closed classes of English words that `polarity` reads by: modals, verbs of refraining, words of duty and leave.

Belongs here: words by their part in a sentence of promise. Does not belong here: the grammar, or what a promise is
about: any verb that stands in none of these classes is simply something that is done.
"""

from typing import Literal

from normledger.composition.wording import word_set

Force = Literal["shall", "should", "will", "may", "intends", "affirms", "unknown"]
"""How strongly. Between a modal and a verb of trying the weaker decides: *shall endeavour* intends.

`shall`: shall, must, is to, is bound to. `will`: will, agrees, undertakes. `should`: should, is urged to. `may`: may,
can, is free to. `intends`: intends, endeavours, seeks. `affirms`: recognises, reaffirms. `unknown`: none of them stands
there, as in *Report flaws* or *Parties do not …*.
"""


def _forms(verbs: str) -> frozenset[str]:
    """Every verb with its third person, its gerund and its participle, by the rules of regular verbs."""
    made: set[str] = set()
    for verb in verbs.split():
        stem = verb[:-1] if verb.endswith("e") and not verb.endswith(("ee", "oe")) else verb
        doubled = stem + stem[-1] if verb in _DOUBLING else stem
        ies = verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeou" else ""
        made |= {
            verb,
            ies or verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s"),
            doubled + "ing",
        }
        made.add(verb[:-1] + "ied" if ies else verb + "d" if verb.endswith("e") else doubled + "ed")
    return frozenset(made)


_DOUBLING = word_set("stop omit commit permit plan bar rid forget refer defer")

MODAL: dict[str, Force] = {
    "shall": "shall", "must": "shall", "need": "shall", "needs": "shall", "should": "should", "ought": "should",
    "will": "will", "would": "will", "may": "may", "might": "may", "can": "may", "could": "may",
}  # fmt: skip
BE = word_set("is are was were am")
HAVE = word_set("has have had")
DO = word_set("do does did")

NEGATION = word_set("not never neither nor no none nothing nobody without cannot")
NOBODY = word_set("no neither none nothing nobody")
CASE = word_set(
    "point stage moment circumstances circumstance case cases event events time way means account condition "
    "conditions reason"
)

PLEDGE = _forms("agree undertake commit pledge promise resolve vow covenant") | word_set(
    "undertook undertaken sworn swear swears"
)
INTENT_FINITE = _forms("intend endeavour endeavor seek strive aim plan hope aspire wish desire try attempt") | word_set(
    "sought strove tries tried"
)
TRY = INTENT_FINITE - word_set("planned hoped")
AFFIRM = _forms(
    "affirm reaffirm recognise recognize confirm reconfirm acknowledge accept note declare believe consider "
    "welcome stress emphasise emphasize underline underscore reiterate recall condemn deplore oppose express "
    "appreciate share hold understand"
) | word_set("held understood")
ACTING = _forms("accept consider share hold understand") | word_set("held understood note")
"""Words of affirming that are acts or nouns as well: they affirm only what is an `OPINION`."""
OPINION = word_set("that view views concern concerns conviction belief opinion understanding vision how importance")
URGE = _forms("ask urge call encourage invite request recommend advise appeal exhort") | word_set("calls")
URGED = word_set("asked urged encouraged invited requested recommended advised called advisable desirable")
RESERVE = _forms("reserve retain") | word_set("keep keeps enjoy enjoys")
RENOUNCE = _forms("renounce forswear forego forgo eschew disavow") | word_set("forgoes foregoes forwent")

TURN = _forms(
    "refrain abstain avoid desist forgo forego renounce eschew forbear refuse decline fail omit neglect cease "
    "discontinue abandon hesitate forswear"
) | word_set("forbore forgone")
"""Verbs of refraining: what follows is not done."""

TURN_FINITE = _forms("refrain abstain desist forgo forego renounce eschew forbear cease forswear") - word_set("ceased")
TURN_PASSIVE = word_set("withheld avoided refused omitted denied")
STOP = _forms("stop end halt")
KEEP = _forms("maintain keep uphold preserve retain continue extend prolong sustain renew") | word_set("kept upheld")
OBSERVE = _forms("observe respect honour honor follow adhere abide comply fulfil fulfill obey apply implement commit")
KEPT_RULE = word_set("principle policy practice rule norm the its their our")
RESIST = _forms("resist oppose reject")
BRING = _forms("put bring") | word_set("putting brought")
KEEP_AWAY = _forms("steer stay keep hold shy turn back move stand remain") | word_set("held kept stood")
AWAY = word_set("clear away out back off aloof")
DISCOURAGED = word_set("discouraged dissuaded warned cautioned")
MINDFUL = word_set("concerned convinced aware mindful conscious grateful pleased confident alarmed")
CAREFUL = word_set("careful sure certain vigilant cautious ready prepared willing")
IMPORTANT = word_set("important essential imperative vital crucial necessary desirable advisable")
STANDING_IN_THE_WAY = _forms("preclude prevent prejudice bar hinder impede affect impair apply obstruct")
KEEP_TO = _forms("keep")
AFTER_TRY = word_set(", to jointly not never and for towards toward every all")
ENSURE_THAT = _forms("see provide decide make take")
DEFINING = word_set("mean denote signify comprise prevail constitute amount imply")
DESCRIBING = DEFINING | word_set(
    "include constitute cover refer exceed affect apply amount imply prejudice contain extend become expire lapse of"
)
"""Verbs by which a thing is described; of somebody who acts they are acts like any other."""
BEFORE_MEANS = word_set(
    "by the all any other such no effective available appropriate electronic cyber these those and or of"
)
AFTER_MEANS = word_set("a an the any all each that those in either both , : one such every")
IMPERSONAL = word_set("it i one all each both neither none")
GO_ON = _forms("continue keep remain go begin start proceed")
HAND_ON = (
    PLEDGE | _forms("choose decide determine opt arrange help assist contribute") | word_set("committed determined")
)
ENSURE = _forms("procure ensure assure guarantee see provide decide make secure verify stipulate")
TAKE = _forms("take adopt exercise use make employ") | word_set("took taken")
STEP = word_set("measures measure steps step action actions care precautions precaution decisions")
EXERCISE = _forms("exercise show practise practice use observe")
RESTRAINT = word_set("restraint self-restraint abstention forbearance")
EFFORT_VERB = _forms("make use do exert undertake spare devote apply")
EFFORT = word_set("effort efforts endeavours endeavors endeavour endeavor utmost best attempt attempts pains")
WORK = _forms("work")
POSSESSIVE = word_set("its their our his her")
KEPT = word_set("practice practices policy policies use")

DUTY = word_set("required obliged obligated bound compelled expected supposed obligatory mandatory incumbent necessary")
MERELY_EXPECTED = word_set("expected supposed")
LEAVE = word_set(
    "permitted allowed free entitled authorised authorized able eligible empowered lawful permissible legal welcome"
)
FORBIDDEN = word_set(
    "prohibited forbidden precluded prevented barred banned restrained enjoined unlawful illegal impermissible "
    "inadmissible"
)
EXEMPT = word_set("exempt exempted relieved released excused dispensed")
COMMITTED = word_set("committed determined resolved pledged sworn agreed")
AGREED = word_set("agreed understood recognised recognized decided resolved stipulated")
TAKEN_AS = word_set("intended meant designed construed interpreted understood read taken deemed considered regarded")
RIGHT = word_set(
    "right rights freedom freedoms discretion option liberty power powers authority entitlement possibility "
    "ability prerogative"
)
OBLIGATION = word_set(
    "duty duties obligation obligations responsibility responsibilities liability requirement task need"
)
INTENTION = word_set(
    "objectives aims goals purpose purposes object function intention intent aim plan plans ambition goal objective"
)
UNDERTAKING = word_set(
    "responsibility responsibilities commitment commitments undertaking undertakings pledge pledges promise "
    "promises obligation obligations resolve determination"
)
ADJECTIVE_OF_DUTY = word_set(
    "sovereign inherent primary common shared joint sole own legal further such general special main first sincere"
)
MORATORIUM = word_set("moratorium moratoria abstention forbearance restraint")
BAN = word_set("ban bans prohibition prohibitions")
ABSENCE = word_set("absence non-disclosure non-use")
NON_ADJECTIVE = word_set(
    "non-discriminatory non-governmental non-state non-binding non-profit non-personal non-commercial non-party "
    "non-parties non-members non-member non-confidential non-sensitive non-exclusive non-public non-compliance"
)

FORBIDDING = _forms("preclude prohibit bar forbid prevent ban") | word_set("forbids forbidding")
_PRECLUDE = FORBIDDING | _forms("hinder restrict limit restrain impede deprive stop constrain inhibit")
_AFFECT = _forms("affect impair prejudice derogate diminish detract abridge infringe alter")
_OBLIGE = _forms("require oblige obligate compel bind")
_GIVE = _forms("give confer grant impose create establish")
_ALLOW = _forms("permit allow authorise authorize entitle empower enable")
PAPER_ACT = {
    **dict.fromkeys(_PRECLUDE, "preclude"),
    **dict.fromkeys(_AFFECT, "affect"),
    **dict.fromkeys(_OBLIGE, "oblige"),
    **dict.fromkeys(_GIVE, "give"),
    **dict.fromkeys(_ALLOW, "allow"),
    **dict.fromkeys(_forms("apply"), "apply"),
}
"""What a text may do to those whom it binds, by its verb."""

PAPER_VERB = frozenset(PAPER_ACT)
PAPER = word_set(
    "obligation obligations chapter agreement article articles paragraph paragraphs section sections provision "
    "provisions subparagraph annex annexes treaty convention protocol code pledge declaration memorandum charter "
    "contract clause clauses title commitment commitments undertaking undertakings principle principles norm "
    "norms rule rules foregoing instrument text texts appendix schedule accord compact"
)
ACTOR = word_set(
    "party parties state states we government governments country countries member members signatory signatories "
    "participant participants company companies operator operators provider providers supplier suppliers "
    "authority authorities side sides nation nations ministry ministries organisation organisations organization "
    "organizations manufacturer manufacturers businesses industry agency agencies vendor vendors team teams "
    "licensee contractor processor controller buyer seller customer client depositary secretariat firm firms "
    "developer developers maker makers lessee lessor tenant landlord borrower lender employer employee agent "
    "agents trustee distributor carrier bank banks commission committee council board court courts owner owners "
    "user users leaders ministers signers founder founders partner partners institute university universities "
    "association researcher researchers nobody"
)
PRONOUN = word_set("others it they he she we you i one everyone nobody somebody anyone each both neither none all")
DETERMINER = word_set(
    "the a an each every no any all both either neither such this these that those its their his her our your "
    "some another other of own"
)
ARTICLE = word_set("the a an of political free good their its his her own this such")
SUBJECT_START = DETERMINER - word_set("of own his that") | PRONOUN | word_set("nothing none nobody that parties states")
RELATIVE = word_set("that which who whom whose where whereby")
VERB_OF_SAYING = PLEDGE | AFFIRM | AGREED | ENSURE | URGED | URGE | word_set("so provided care sure it")
OF = word_set(
    "of in on at by for from with to into under upon within between among against through during after before "
    "towards toward about over as concerning regarding via per"
)
SUBORDINATE = word_set(
    "if where when whenever wherever unless subject without notwithstanding with in for except upon while whilst "
    "as after before once during should had given provided on at under pursuant by regardless irrespective "
    "because since although though whereas until till consistent following according within from save despite "
    "regarding whatever to insofar even having including acting based through throughout towards toward among "
    "between concerning beyond besides beside prior owing due thanks far"
)
CONNECTIVE = word_set(
    "and but accordingly therefore thus hence however moreover furthermore further also finally then or so"
)
ADVERB = word_set(
    "also always therefore further together jointly hereby thereby thereafter then even ever only just whenever "
    "possible where appropriate promptly forthwith likewise otherwise instead too again still yet often once "
    "twice first each both and or mutually all themselves itself ourselves hereafter henceforth above please "
    "alone moreover nonetheless nevertheless accordingly thus"
)
CIRCUMSTANCE = word_set(
    "at to as in on upon without within wherever whenever where by for with under prior after before throughout"
)
CIRCUMSTANTIAL = word_set(
    "all times any time the maximum fullest greatest full extent possible practicable practical feasible "
    "appropriate good faith request far soon as reasonably necessary and legally permitted by law laws its their "
    "national domestic applicable best respective means abilities capabilities ability available delay undue "
    "unreasonable days day hours months month year years weeks thirty sixty ninety ten five seven own every case "
    "cases each way return turn particular general exception principle relevant basis mutual regular a an it such "
    "circumstances interest addition fair manner timely transparent expense cost"
)
AFTER_PLEDGE = word_set(
    "to that not never itself themselves ourselves and neither jointly hereby only in upon on with each both one "
    "the ever also"
)
ONESELF = word_set("itself themselves ourselves myself himself herself hereby jointly each both one another other")
ADJECTIVAL = word_set("own such new joint") | DETERMINER
DEONTIC_HEAD = TURN | ENSURE | word_set("be have")
STATE = word_set("authentic final valid binding equal competent composed situated")
PLACE = word_set("in at of as from")
NO_VERB = word_set(
    "is are was were be been has have had will shall should may can must do does being having during including "
    "regarding concerning following according depending considering recognising recognizing recalling noting "
    "believing acknowledging affirming reaffirming stressing emphasising emphasizing welcoming desiring wishing "
    "bearing convinced aware mindful determined seeking to which that who whose means remain remains exist exists "
    "mean include includes matter matters depend depends belong consist consists refer refers involve meeting "
    "hearing training funding building"
)
NO_GERUND = word_set("nothing something anything everything during thing being bring string spring king ring wing")
PARTICIPLE = word_set("made held kept sent read put set done lent met built brought paid laid borne drawn shown")
LY_VERB = word_set("apply supply reply comply rely multiply imply ally fly")
COMMAND = word_set(
    "prevent protect promote support strengthen develop ensure respect cooperate co-operate encourage help "
    "exchange share adopt establish maintain take make provide publish report act work refuse prohibit punish "
    "investigate assist foster enhance build implement secure defend improve keep uphold combat fight block be "
    "give tell inform notify use train test review create set apply follow consult limit reduce stop end treat "
    "design deliver offer let allow enable require avoid refrain abstain cease ship patch update disclose answer "
    "name appoint designate coordinate co-ordinate facilitate increase raise advance guarantee preserve safeguard "
    "monitor collect store send return adhere abide comply observe identify detect respond deter oppose resist "
    "criminalise criminalize prosecute educate teach involve engage invest conduct consider hold join meet agree "
    "commit recognise bring address mitigate contribute undertake ratify accede sign conclude submit prepare "
    "remove delete"
)
