from gateway_kit.freshness import Answer, Freshness
from gateway_kit.top_of_book import TopOfBook
from testkit.market_feed import MS, Quote


def freshness() -> Freshness:
    return Freshness(probe_after_ms=500, grace_ms=300)


def top() -> TopOfBook:
    made = TopOfBook()
    made.take(10, 100.0, 1.0, 101.0, 1.0)
    return made


SAME, OTHER = Quote(0), Quote(0, bid=100.5)


def test_the_venue_is_asked_after_quiet_and_not_again_at_once() -> None:
    watch = freshness()
    assert not watch.is_due(updated_ns=1_000 * MS, now_ns=1_499 * MS)
    assert watch.is_due(updated_ns=1_000 * MS, now_ns=1_500 * MS)
    watch.asked(1_500 * MS)
    assert not watch.is_due(updated_ns=1_000 * MS, now_ns=1_999 * MS)
    assert watch.is_due(updated_ns=1_000 * MS, now_ns=2_000 * MS)


def test_an_answer_that_agrees_proves_the_top() -> None:
    watch = freshness()
    assert watch.answered(top(), SAME, 1 * MS, asked_ns=600 * MS, now_ns=650 * MS) is Answer.PROVED
    assert not watch.is_silent(1 * MS, 9_000 * MS)


def test_a_quiet_instrument_that_agrees_is_never_silent() -> None:
    watch = freshness()
    for second in range(3_600):
        now_ns = second * 1_000 * MS
        assert watch.is_due(1, now_ns + 501 * MS)
        watch.asked(now_ns + 501 * MS)
        assert watch.answered(top(), SAME, 1, now_ns + 501 * MS, now_ns + 600 * MS) is Answer.PROVED
        assert not watch.is_silent(1, now_ns + 990 * MS)


def test_a_disagreement_without_an_update_is_silence_after_the_grace() -> None:
    watch = freshness()
    assert watch.answered(top(), OTHER, 1 * MS, 600 * MS, 650 * MS) is Answer.DOUBTED
    assert not watch.is_silent(1 * MS, 949 * MS)
    assert watch.is_silent(1 * MS, 950 * MS)
    assert watch.told == "ours 100 x 1 / 101 x 1, the venue's 100.5 x 1 / 101 x 1"


def test_an_update_that_explains_the_disagreement_ends_the_doubt() -> None:
    watch = freshness()
    watch.answered(top(), OTHER, 1 * MS, 600 * MS, 650 * MS)
    assert not watch.is_silent(700 * MS, 960 * MS)
    assert not watch.is_silent(700 * MS, 9_960 * MS)


def test_a_second_disagreement_does_not_prolong_the_grace() -> None:
    watch = freshness()
    watch.answered(top(), OTHER, 1 * MS, 600 * MS, 650 * MS)
    watch.answered(top(), OTHER, 1 * MS, 800 * MS, 850 * MS)
    assert watch.is_silent(1 * MS, 950 * MS)


def test_an_answer_that_was_overtaken_says_nothing() -> None:
    watch = freshness()
    assert watch.answered(top(), OTHER, updated_ns=620 * MS, asked_ns=600 * MS, now_ns=650 * MS) is Answer.OVERTAKEN
    older = OTHER._replace(update_id=9)
    assert watch.answered(top(), older, 1 * MS, 600 * MS, 650 * MS) is Answer.OVERTAKEN
    assert not watch.is_silent(1 * MS, 9_000 * MS)


def test_a_book_that_is_built_anew_is_not_doubted_for_the_old_one() -> None:
    watch = freshness()
    watch.answered(top(), OTHER, 1 * MS, 600 * MS, 650 * MS)
    watch.forget()
    assert not watch.is_silent(1 * MS, 9_000 * MS)
