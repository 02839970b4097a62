"""What is read of a post, and how it is put together for judging."""

from analysis.detectors.passages import READ_EACH_END, READ_IN_ALL, Reading, readable, readings
from analysis.types import Box, Origin, Passage


def test_lines_of_one_picture_are_one_text_and_captions_are_alone() -> None:
    passages = [
        Passage("a caption", Origin.CAPTION),
        Passage("first", Origin.OCR, 0),
        Passage("other picture", Origin.OCR, 1),
        Passage("second", Origin.OCR, 0),
        Passage("name.png", Origin.FILENAME, 0),
    ]

    assert [reading.text for reading in readings(passages)] == [
        "a caption",
        "name.png",
        "first\nsecond",
        "other picture",
    ]


def test_evidence_has_the_box_of_the_line_it_stands_in() -> None:
    box = Box(0.1, 0.2, 0.3, 0.4)
    reading = Reading([Passage("first", Origin.OCR, 0), Passage("second", Origin.OCR, 0, box)])

    evidence = reading.evidence(6, 12)

    assert (evidence.quote, evidence.box) == ("second", box)


def test_a_long_passage_is_read_at_both_ends() -> None:
    text = "h" * READ_EACH_END + "middle" + "t" * READ_EACH_END

    kept, unread = readable([Passage(text, Origin.CAPTION)])

    assert [set(passage.text) for passage in kept] == [{"h"}, {"t"}]
    assert unread == len("middle")


def test_many_passages_are_read_up_to_a_limit_in_all() -> None:
    many = [Passage("x" * READ_EACH_END, Origin.EMBED)] * 12

    kept, unread = readable(many)

    assert sum(len(passage.text) for passage in kept) == READ_IN_ALL
    assert unread == 2 * READ_EACH_END


def test_what_is_read_is_well_formed() -> None:
    kept, _ = readable([Passage("a\x00\ud800", Origin.CAPTION)])

    assert kept[0].text == "a\ufffd\ufffd"


def test_a_quote_is_never_longer_than_a_card_can_show() -> None:
    reading = Reading([Passage("x" * 5_000, Origin.CAPTION)])

    assert len(reading.evidence(0, 5_000).quote) == 200
