"""Which sequence numbers are next, duplicate or a gap, and that each loss is told once."""

from hypothesis import given
from hypothesis import strategies as st

from crossbook.bus.sequence_tracker import TopicSequence, Verdict


def test_the_first_message_of_a_topic_is_never_a_gap() -> None:
    assert TopicSequence("t").judge(1_795_000_000_000_000) is Verdict.NEXT


def test_next_duplicate_and_gap() -> None:
    topic = TopicSequence("t")
    assert [topic.judge(sequence) for sequence in (10, 11, 11, 10, 13, 12, 14)] == [
        Verdict.NEXT,
        Verdict.NEXT,
        Verdict.DUPLICATE,
        Verdict.DUPLICATE,
        Verdict.GAP,
        Verdict.DUPLICATE,
        Verdict.NEXT,
    ]


def test_a_beat_shows_a_lost_last_message_once() -> None:
    topic = TopicSequence("t")
    topic.judge(10)
    assert [topic.judge_beat(sequence) for sequence in (10, 12, 12)] == [Verdict.NEXT, Verdict.GAP, Verdict.NEXT]


def test_the_state_asked_for_after_a_beats_gap_is_news_and_no_second_gap() -> None:
    topic = TopicSequence("t")
    topic.judge(10)
    topic.judge_beat(12)
    assert topic.judge(12) is Verdict.NEXT
    assert topic.judge(13) is Verdict.NEXT


def test_a_message_that_follows_a_told_loss_is_no_second_gap_but_a_further_loss_is() -> None:
    topic = TopicSequence("t")
    topic.judge(10)
    topic.judge_beat(12)
    assert topic.judge(13) is Verdict.NEXT
    topic.judge_beat(15)
    assert topic.judge(17) is Verdict.GAP


def test_a_restart_with_the_wall_clock_set_back_is_a_gap_and_what_follows_is_no_duplicate() -> None:
    topic = TopicSequence("t")
    topic.judge(1_000_000)
    assert topic.judge(500) is Verdict.DUPLICATE
    assert topic.judge_beat(500) is Verdict.GAP
    assert topic.judge(500) is Verdict.NEXT
    assert topic.judge(501) is Verdict.NEXT


def test_a_beat_says_nothing_of_a_topic_not_received_yet() -> None:
    assert TopicSequence("t").judge_beat(99) is Verdict.NEXT


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_everything_new_is_taken_in_rising_order_and_every_jump_is_a_gap(arrived: list[int]) -> None:
    topic = TopicSequence("t")
    taken: list[int] = []
    for sequence in arrived:
        verdict = topic.judge(sequence)
        if verdict is not Verdict.DUPLICATE:
            taken.append(sequence)
            assert (verdict is Verdict.GAP) == (len(taken) > 1 and sequence != taken[-2] + 1)
    assert taken == sorted(set(taken))
    assert taken[0] == arrived[0]
